#: objtool --orc
# A register that no frame can be found by.
.include "kernel.inc"

FUNC f
	HINT CALL, 15, 8
	ret
END f

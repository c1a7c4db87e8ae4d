#: objtool --orc
# There is nothing to take up.
.include "kernel.inc"

FUNC f
	nop
	HINT RESTORE
	ret
END f

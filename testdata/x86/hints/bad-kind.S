#: objtool --orc
# A kind of frame that unwind data do not have.
.include "kernel.inc"

FUNC f
	HINT 9, SP, 8
	nop
	HINT FUNC
	ret
END f

#: objtool --stackval
# udb ends a path from 7.3 on; before, it is an invalid instruction.
.include "kernel.inc"

FUNC f
	.byte 0xd6
END f

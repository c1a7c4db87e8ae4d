#: objtool --orc
# lea with a register operand.
.include "kernel.inc"

FUNC f
	.byte 0x48, 0x8d, 0xc0
	ret
END f

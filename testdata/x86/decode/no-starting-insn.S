#: objtool --orc
# A function that begins inside an instruction.
.include "kernel.inc"

	.byte 0x48
FUNC f
	.byte 0xc7, 0xc0, 0, 0, 0, 0
	ret
END f

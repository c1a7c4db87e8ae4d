#: objtool --orc
# A static branch that is off: a NOP, or a jump to the target.
.include "kernel.inc"

FUNC f
.Lat:	.byte 0x0f, 0x1f, 0x44, 0, 0
	ret
.Lto:	push %rbx
	pop %rbx
	ret
END f
	JUMP_LABEL .Lat, .Lto

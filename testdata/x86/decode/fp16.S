#: objtool --orc
# vcvtps2phx is in a map of instructions that 5.15 did not have: it saw a `ret` after five bytes of no meaning.
.include "kernel.inc"

FUNC f
	.byte 0x62, 0xf5, 0x7c, 0x48, 0x1d, 0xc3
	push %rax
	pop %rax
	ret
END f

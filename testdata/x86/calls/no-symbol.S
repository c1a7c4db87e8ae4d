#: objtool --orc
# A call into another section, where no symbol is.
.include "kernel.inc"

FUNC f
	call .Lx
	ret
END f
	.section .text.other, "ax"
	nop
.Lx:	ret

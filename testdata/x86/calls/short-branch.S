#: objtool --orc
# A call with an immediate behind its relocation does not exist; a jump through a relocation of one byte does.
.include "kernel.inc"

	.section .text.a, "ax"
FUNC f
	jmp g + 1
END f
	.text
FUNC g
	nop
	ret
END g

#: objtool --orc
# More sections than a symbol's field can number: their numbers are in a table beside the symbols.
.include "kernel.inc"

	.altmacro
	.macro ONE n
	.section .data.x\n, "aw"
	.endm
	.set .Ln, 0
	.rept 65300
	ONE %.Ln
	.set .Ln, .Ln + 1
	.endr
	.section .text.last, "ax"
FUNC f
	push %rax
	pop %rax
	ret
END f

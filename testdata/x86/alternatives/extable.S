#: objtool --orc
# A fixup is a way from the instruction.
.include "kernel.inc"

FUNC f
	push %rbx
.Lold:	mov (%rax), %rbx
	pop %rbx
	ret
END f
	EXTABLE .Lold, .Lfix
	.section .text.fixup, "ax"
.Lfix:	pop %rbx
	ret

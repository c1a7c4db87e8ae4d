#: objtool --orc
# A table of 32-bit distances, as clang makes it; before 7.3 the entries of one are eight bytes apart.
.include "kernel.inc"

FUNC f
	lea .Ltable(%rip), %rcx
	movslq (%rcx,%rdi,4), %rax
	add %rcx, %rax
	jmp *%rax
.La:	push %rax
	pop %rax
	ret
.Lb:	ret
END f
	.section .rodata, "a"
	.long 0
.Ltable:
	.long .La - .Ltable
	.long .Lb - .Ltable

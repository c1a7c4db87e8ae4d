#: objtool --orc
# Sections of strings have no tables.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *.Ltable(,%rdi,8)
.La:	pop %rax
	ret
END f
	.section .rodata.str1.1, "a"
	.quad 0
.Ltable:
	.quad .La

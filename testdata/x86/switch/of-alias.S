#: objtool --orc
# Tables of a function with two names are read once for each of them; since 7.0 once.
.include "kernel.inc"

FUNC f
	.globl g
	.type g, @function
g:	push %rax
	jmp *.Ltable(,%rdi,8)
.La:	pop %rax
	pop %rbx
	ret
END f
	.size g, . - g
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La

#: objtool --orc
# A conditional jump is followed back to find the table. Before, the search came by another one.
.include "kernel.inc"

FUNC f
	push %rax
	mov .Ltable(,%rdi,8), %rax
	test %rsi, %rsi
	jne 1f
	mov .Lother(,%rdi,8), %rax
	pop %rbx
	ret
1:	jmp *%rax
.La:	pop %rax
	ret
.Lb:	pop %rax
	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La
	.quad 0
.Lother:
	.quad .Lb

#: objtool --orc
# The table is looked for backwards, along the jumps that led here.
.include "kernel.inc"

FUNC f
	mov .Ltable(,%rdi,8), %rax
	test %rsi, %rsi
	jne 1f
	mov .Lother(,%rdi,8), %rbx
	ret
1:	jmp *%rax
.La:	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La
	.quad 0
.Lother:
	.quad 0

#: objtool --orc
# A table ends where the next one of the function begins.
.include "kernel.inc"

FUNC f
	cmp $1, %rdi
	je 1f
	jmp *.Ltable(,%rdi,8)
1:	push %rax
	jmp *.Ltable2(,%rdi,8)
.La:	ret
.Lb:	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La
.Ltable2:
	.quad .Lb

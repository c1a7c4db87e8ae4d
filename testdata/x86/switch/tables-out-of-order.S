#: objtool --orc
# Tables stand in another order than the jumps through them: a table ends where any other begins, in 6.6 and 6.12 only where the
# one that is used next does.
.include "kernel.inc"

FUNC f
	cmp $1, %rdi
	je 1f
	cmp $2, %rdi
	je 2f
	jmp *.Ltable1(,%rdi,8)
1:	push %rax
	jmp *.Ltable2(,%rdi,8)
2:	push %rax
	push %rbx
	jmp *.Ltable3(,%rdi,8)
.La:	ret
.Lb:	pop %rax
	ret
.Lc:	pop %rbx
	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable1:
	.quad .La
.Ltable3:
	.quad .Lc
.Ltable2:
	.quad .Lb

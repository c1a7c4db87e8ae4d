#: objtool --orc
# Two targets are wrong, and the path ends at the first that is followed: the last one since 6.6, the first one before.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(,%rdi,8)
.La:	push %rax
	ret
.Lb:	push %rax
	push %rbx
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La, .Lb

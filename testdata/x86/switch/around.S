#: objtool --orc
# But not across a jump that leads around.
.include "kernel.inc"

FUNC f
	push %rax
	mov .Ltable(,%rdi,8), %rax
	jmp 2f
1:	jmp *%rax
2:	jmp 1b
.La:	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La

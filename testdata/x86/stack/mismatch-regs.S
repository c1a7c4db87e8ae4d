#: objtool --orc
# Several registers: one message all the same.
.include "kernel.inc"

FUNC f
	sub $16, %rsp
	je 1f
	mov %rbx, (%rsp)
	mov %r12, 8(%rsp)
	jmp 2f
1:	mov %rbx, 8(%rsp)
	mov %r12, (%rsp)
2:	ud2
END f

#: objtool --orc
# Two ways find the frame by the same register, but only one has realigned the stack.
.include "kernel.inc"

code:
	HINT CALL, SP, 8
	je 1f
	lea 8(%rsp), %r10
	and $-32, %rsp
	jmp 2f
1:	HINT CALL, R10
	nop
2:	nop
	ud2

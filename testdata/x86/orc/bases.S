#: objtool --orc
# Frames found by rbp, and by what is saved relative to it.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	push %rbx
	sub $64, %rsp
	lea -8(%rbp), %rsp
	pop %rbx
	pop %rbp
	ret
END f
code:
	HINT CALL, BP, 16
	nop
	HINT REGS, SP_INDIRECT, 8, 1
	nop
	HINT REGS_PARTIAL, R10, 32
	nop
	HINT CALL, DX, -8
	nop
	HINT END_OF_STACK
	nop
	HINT UNDEFINED
	nop
	ud2

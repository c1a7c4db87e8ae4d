#: objtool --orc
# In a frame of registers only the distance to the stack pointer is followed.
.include "kernel.inc"

	.globl entry
entry:
	HINT REGS, SP, 0
	push %rax
	pushfq
	add $16, %rsp
	pop %rbp
	mov %rbp, %rsp
	HINT REGS, SP_INDIRECT, 0
	push %rax
	pop %rax
	HINT REGS, BP, 0
	push %rax
	iretq
	.size entry, . - entry

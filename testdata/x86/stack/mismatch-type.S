#: objtool --orc
# Two ways with different kinds of frames.
.include "kernel.inc"

	.globl entry
entry:
	HINT CALL, SP, 8
	je 1f
	HINT REGS, SP, 8
	nop
1:	ret
	.size entry, . - entry

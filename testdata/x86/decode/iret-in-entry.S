#: objtool --orc
# iret outside functions ends the path.
.include "kernel.inc"

	.globl entry
entry:
	HINT REGS_PARTIAL, SP
	iretq
	.size entry, . - entry

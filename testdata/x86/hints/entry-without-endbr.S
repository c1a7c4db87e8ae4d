#: objtool --orc --ibt --link
#: series 6.1..
# An entry point needs a landing pad: fatal from 7.3 on.
.include "kernel.inc"

	.globl entry
entry:
	HINT REGS_PARTIAL, SP
	iretq
	.size entry, . - entry

#: objtool --orc --backtrace
#: listing ..
# The walk began at a hint.
.include "kernel.inc"

	.globl entry
entry:
	HINT CALL, SP, 8
	jne 1f
	nop
1:	nop
	.size entry, . - entry

#: objtool --orc
# Something that is no function: fatal from 7.3 on.
.include "kernel.inc"

	.globl f
f:	ret
	.size f, . - f
	NON_STANDARD f

#: objtool --orc
# Hinted code without a function does.
.include "kernel.inc"

	.globl entry
entry:
	HINT FUNC
	nop
	.size entry, . - entry

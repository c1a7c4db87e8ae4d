#: objtool --orc
# After an undefined hint on the same instruction the following ones are undefined as well.
.include "kernel.inc"

	.globl entry
entry:
	HINT UNDEFINED
	HINT CALL, SP, 8
	nop
	HINT CALL, SP, 8
	push %rax
	pop %rax
	HINT FUNC
	ret
	.size entry, . - entry

#: objtool --stackval
# A sized untyped symbol takes its instructions out of the function around it.
.include "kernel.inc"

FUNC f
	push %rax
	.globl inner
inner:
	pop %rax
	.size inner, . - inner
	ret
END f

#: objtool --orc
# A function with two names, of which the one that does not count is said not to be validated.
.include "kernel.inc"

FUNC f
	.globl g
	.type g, @function
g:	push %rax
	ret
END f
	.size g, . - g
	NON_STANDARD f
FUNC h
	.globl i
	.type i, @function
i:	push %rax
	ret
END h
	.size i, . - i
	NON_STANDARD i

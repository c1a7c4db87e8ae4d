#: objtool --orc
# Data and a function of one place and length. Up to 5.15 that alone made them aliases, of which the first one counts.
.include "kernel.inc"

	.globl data
	.type data, @object
data:
FUNC f
	push %rax
	ret
END f
	.size data, . - data

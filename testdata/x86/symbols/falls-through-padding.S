#: objtool --orc
# Padding before a function runs into it, which is known since 6.6.
.include "kernel.inc"

	.globl __pfx_f
	.type __pfx_f, @function
__pfx_f:
	nop
	.size __pfx_f, . - __pfx_f
FUNC f
	ret
END f

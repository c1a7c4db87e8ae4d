#: objtool --orc
# The code before a function runs into it; only a function that is called like a prefix may.
.include "kernel.inc"

	.globl __cfi_f
	.type __cfi_f, @function
__cfi_f:
	movl $0x12345678, %eax
	.size __cfi_f, . - __cfi_f
FUNC f
	ret
END f

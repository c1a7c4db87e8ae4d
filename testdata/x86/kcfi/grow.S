#: objtool --cfi --prefix=11 --orc
#: series 6.6..
# The symbol of a type's hash grows over the padding up to its function.
.include "kernel.inc"

	.globl __cfi_f
	.type __cfi_f, @function
__cfi_f:
	movl $0x12345678, %eax
	.size __cfi_f, . - __cfi_f
	.skip 11, 0x90
FUNC f
	ret
END f

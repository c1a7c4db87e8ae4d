#: objtool --cfi --prefix=11 --fineibt --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
# All of them are listed: with --fineibt from 7.3 on, with --cfi before.
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

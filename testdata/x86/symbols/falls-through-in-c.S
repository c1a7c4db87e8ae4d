#: objtool --orc
# Before 6.1, only objects of a compiler are told that a function runs into the next, known by their `.comment`; type hashes
# and padding were unknown.
.include "kernel.inc"

	.globl __cfi_f
	.type __cfi_f, @function
__cfi_f:
	movl $0x12345678, %eax
	.size __cfi_f, . - __cfi_f
FUNC f
	ret
END f
	.globl __pfx_g
	.type __pfx_g, @function
__pfx_g:
	nop
	.size __pfx_g, . - __pfx_g
FUNC g
	ret
END g
	.section .comment
	.asciz "a compiler"

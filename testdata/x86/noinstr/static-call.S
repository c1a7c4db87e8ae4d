#: objtool --noinstr --link
# Which function a static call reaches is not known: since 6.6 it may be called from noinstr code.
.include "kernel.inc"

	.section .static_call.text, "ax"
FUNC __SCT__key
	ret
END __SCT__key
	.section .noinstr.text, "ax"
FUNC f
	call __SCT__key
	ret
END f
	.data
	.globl __SCK__key
__SCK__key:
	.quad 0

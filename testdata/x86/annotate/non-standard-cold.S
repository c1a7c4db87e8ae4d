#: objtool --stackval
# From 7.3 on its unlikely part is not validated either.
.include "kernel.inc"

FUNC f
	push %rax
	jne f.cold
	ret
END f
	NON_STANDARD f
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	ret
END f.cold

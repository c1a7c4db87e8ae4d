#: objtool --orc
# The parent has two names. The last one stands for both, and since 7.0 it is the parent.
.include "kernel.inc"

FUNC f
	.globl g
	.type g, @function
g:	test %edi, %edi
	jne f.cold
	ret
END f
	.size g, . - g
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	ud2
END f.cold

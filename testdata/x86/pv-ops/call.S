#: objtool --noinstr --link
# Calls through the array are calls of what it may hold, once found clean not looked at again.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC clean
	ret
END clean
FUNC f
	call *pv_ops(%rip)
	call *pv_ops(%rip)
	call *pv_ops+8(%rip)
	ret
END f
FUNC g
	call *pv_ops+8(%rip)
	ret
END g
FUNC h
	jmp *pv_ops+8(%rip)
END h
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad clean
	.quad normal
	.size pv_ops, . - pv_ops

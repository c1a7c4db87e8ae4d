#: objtool --noinstr --link
# Init code that stores a function into the array adds it to what may be called.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC f
	call *pv_ops+8(%rip)
	ret
END f
FUNC g
	call *pv_ops(%rip)
	ret
END g
	.section .init.text, "ax"
FUNC init
	movq $normal, pv_ops+8(%rip)
	movq $1, elsewhere(%rip)
	ret
END init
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad f
	.quad f
	.size pv_ops, . - pv_ops

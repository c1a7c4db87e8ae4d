#: objtool --noinstr --link
# What is stored is at no symbol.
.include "kernel.inc"

	.section .init.text, "ax"
FUNC init
	movq $.Lx, pv_ops(%rip)
.Lx:	ret
END init
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad init
	.size pv_ops, . - pv_ops

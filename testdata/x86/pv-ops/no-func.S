#: objtool --noinstr --link
#: crashes 6.1..6.12
# An entry where no symbol is.
.include "kernel.inc"

FUNC f
	nop
.Lx:	ret
END f
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad f
	.quad .Lx
	.size pv_ops, . - pv_ops

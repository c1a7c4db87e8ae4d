#: objtool --noinstr --link
#: crashes 6.1..
# A call through an entry behind the last one: the originals look at memory that is not theirs.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	call *pv_ops+800(%rip)
	ret
END f
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad f
	.size pv_ops, . - pv_ops

#: objtool --noinstr --link
#: crashes 6.1..6.18
# The array has no room.
.include "kernel.inc"

	.section .init.text, "ax"
FUNC init
	movq $init, pv_ops(%rip)
	ret
END init
	.data
	.globl pv_ops
pv_ops:
	.quad init

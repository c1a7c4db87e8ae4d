#: objtool --noinstr --link
#: crashes 6.1..6.18
# There is nothing that it could be stored into.
.include "kernel.inc"

	.section .init.text, "ax"
FUNC init
	movq $init, pv_ops(%rip)
	ret
END init

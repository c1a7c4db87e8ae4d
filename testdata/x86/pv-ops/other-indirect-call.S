#: objtool --noinstr --link
# An array does not make other indirect calls harmless.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	call *%rax
	ret
END f
	.data
	.globl pv_ops
	.type pv_ops, @object
pv_ops:
	.quad f
	.size pv_ops, . - pv_ops

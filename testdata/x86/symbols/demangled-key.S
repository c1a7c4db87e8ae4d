#: objtool --static-call
# From 7.3 on objects are filed under their demangled name, so a key called so is not found.
.include "kernel.inc"

	.globl __SCT__x.12
FUNC f
	call __SCT__x.12
	ret
END f
	.data
	.globl __SCK__x.12
	.type __SCK__x.12, @object
__SCK__x.12: .quad 0

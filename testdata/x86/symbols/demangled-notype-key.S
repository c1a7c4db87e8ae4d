#: objtool --static-call
# Only functions and objects are filed under demangled names.
.include "kernel.inc"

	.globl __SCT__x.12
FUNC f
	call __SCT__x.12
	ret
END f
	.data
	.globl __SCK__x.12
__SCK__x.12: .quad 0

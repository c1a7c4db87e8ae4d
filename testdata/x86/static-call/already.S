#: objtool --static-call
# The file has been processed before.
.include "kernel.inc"

FUNC f
	call __SCT__x
	ret
END f
	.section .static_call_sites, "aw"
	.quad 0

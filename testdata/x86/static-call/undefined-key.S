#: objtool --static-call
# The key may be in another file.
.include "kernel.inc"

FUNC f
	call __SCT__x
	ret
END f
	.data
	.quad __SCK__x

#: objtool --mcount
#: series 5.15..
# The file has been processed before.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f
	.section __mcount_loc, "a"
	.quad 0

#: objtool --stackval
# Otherwise it may not.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:
END f

#: objtool --uaccess
# Open at a return, on one of two ways.
.include "kernel.inc"

FUNC f
	stac
	jne 1f
	clac
1:	ret
END f

#: objtool --uaccess
# Code that is reached with it open and closed is followed once for each.
.include "kernel.inc"

FUNC f
	jne 1f
	stac
1:	call g
	clac
	ret
END f

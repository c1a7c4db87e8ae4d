#: objtool --orc --sls --uaccess
# One finding of a function is enough, whichever it is; other functions have theirs.
.include "kernel.inc"

FUNC f
	push %rax
	jne 1f
	ret
1:	stac
	ret
END f
FUNC g
	std
	ret
END g

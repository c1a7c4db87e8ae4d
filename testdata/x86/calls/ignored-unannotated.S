#: objtool --orc
# In a function that is not validated a call may lead anywhere.
.include "kernel.inc"

FUNC f
	call 1f
1:	add $8, %rsp
	ret
END f
	NON_STANDARD f

#: objtool --orc --stackval
# A call within a function that only pushes an address.
.include "kernel.inc"

FUNC f
	ANNOTATE INTRA_FUNCTION_CALL
	call 1f
	ud2
1:	add $8, %rsp
	ret
END f

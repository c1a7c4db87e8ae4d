#: objtool --orc --stackval
# A function that is not validated: nothing is said about it, and it gets no unwind data.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
	NON_STANDARD f

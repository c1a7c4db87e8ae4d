#: objtool --stackval
#: as -mshared
# A jump to the function's own global name: a tail call before 7.3.
.include "kernel.inc"

FUNC f
	push %rax
	jne f
	pop %rax
	ret
END f

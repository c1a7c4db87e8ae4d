#: objtool --stackval
# The frame pointer is used like any register.
.include "kernel.inc"

FUNC f
	push %rbp
	pop %rbp
	ret
END f

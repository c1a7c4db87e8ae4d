#: objtool --orc --stackval
# The same by section symbol.
.include "kernel.inc"

LOCAL_FUNC f
	push %rax
	ret
END f
	NON_STANDARD f

#: objtool --orc
# The stack is realigned without an argument pointer or a frame.
.include "kernel.inc"

FUNC f
	and $-16, %rsp
	ret
END f

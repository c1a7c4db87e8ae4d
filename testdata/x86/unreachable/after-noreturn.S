#: objtool --orc
# Code behind a call that does not return.
.include "kernel.inc"

LOCAL_FUNC die
	ud2
END die
FUNC f
	call die
	xor %eax, %eax
	ret
END f

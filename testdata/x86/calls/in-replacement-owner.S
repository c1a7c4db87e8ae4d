#: objtool --orc
# A replacement belongs to the function of the original code, whichever way that is found out.
.include "kernel.inc"

FUNC f
	push %rax
	ALT 7, nop, "ret"
	pop %rax
	ret
END f

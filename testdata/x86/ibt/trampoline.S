#: objtool --ibt --link
# The address of a trampoline of static calls is taken. Up to 6.12 it needed no landing pad.
.include "kernel.inc"

FUNC __SCT__x
	jmp f
END __SCT__x
FUNC f
	endbr64
	lea __SCT__x(%rip), %rax
	ret
END f

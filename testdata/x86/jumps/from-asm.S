#: objtool --stackval
#: as -mshared
# Code outside functions that jumps to a function: a tail call that does not look at the frame.
.include "kernel.inc"

LOCAL_FUNC f
	ret
END f
	.globl entry
entry:
	HINT CALL, SP, 16
	jmp f
	.size entry, . - entry

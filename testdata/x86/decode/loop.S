#: objtool --stackval
# loop and jrcxz are conditional jumps.
.include "kernel.inc"

FUNC f
	jrcxz 1f
	loop f
	ret
1:	push %rax
	ret
END f

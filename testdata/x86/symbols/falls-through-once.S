#: objtool --stackval
# From 7.3 on a function that falls through counts as warned about.
.include "kernel.inc"

FUNC f
	je 1f
	push %rax
	ret
1:	nop
END f
FUNC g
	ret
END g

#: objtool --orc --sls
# Since 6.16 a function that falls through counts as warned about, so nothing else is said about it.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:	nop
END f
FUNC g
	ret
	int3
END g

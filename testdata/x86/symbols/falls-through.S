#: objtool --stackval
# One function runs into the next.
.include "kernel.inc"

FUNC f
	nop
END f
FUNC g
	ret
END g

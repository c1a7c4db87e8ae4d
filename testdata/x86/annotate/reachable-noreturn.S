#: objtool --orc
# A call of a function that never returns, and that returns all the same.
.include "kernel.inc"

FUNC f
	REACHABLE call panic
	ret
END f

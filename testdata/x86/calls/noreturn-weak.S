#: objtool --orc
# A weak function that never returns; known as such since 6.6.
.include "kernel.inc"

	.weak panic
FUNC f
	call panic
END f
FUNC g
	ret
END g

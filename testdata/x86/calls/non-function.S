#: objtool --orc
# A function calls something that is none.
.include "kernel.inc"

	g:	ret
	.size g, . - g
FUNC f
	call g
	ret
END f

#: objtool --orc
# A weak function is walked like any other, but what it calls at its end is not trusted.
.include "kernel.inc"

	.weak w
	.type w, @function
w:	ud2
END w
FUNC f
	call w
	nop
	ret
END f

#: objtool --stackval
# A function runs off the end of its section.
.include "kernel.inc"

FUNC f
	nop
END f

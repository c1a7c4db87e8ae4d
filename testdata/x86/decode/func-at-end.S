#: objtool --orc
# A function without code at the end of its section.
.include "kernel.inc"

	nop
FUNC f
END f

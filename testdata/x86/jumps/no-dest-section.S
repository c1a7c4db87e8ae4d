#: objtool --orc
# A jump out of the section.
.include "kernel.inc"

FUNC f
	jmp . + 100
END f

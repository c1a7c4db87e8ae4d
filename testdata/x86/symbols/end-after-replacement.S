#: objtool --orc
# The path began in the replacement and ends with the section of the original. Since 7.0 that is the section to name.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:	ALT 7, nop, nop
END f

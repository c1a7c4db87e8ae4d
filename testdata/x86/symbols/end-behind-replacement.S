#: objtool --orc
# The path began in the replacement and went on behind the original, where the section ends. Since 7.0 that is the section to name.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:	ALT 7, nop, nop
	nop
END f

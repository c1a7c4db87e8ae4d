#: objtool --orc
# One that would be no code at all without the original.
.include "kernel.inc"

FUNC f
	ALT 1, "jmp ext", ""
	ret
END f

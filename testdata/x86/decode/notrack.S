#: objtool --orc
# An indirect jump that escapes indirect branch tracking.
.include "kernel.inc"

FUNC f
	notrack jmp *%rax
END f

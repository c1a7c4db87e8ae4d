#: objtool --mcount --mnop
# A tail call of it is odd.
.include "kernel.inc"

FUNC f
	jmp __fentry__
END f

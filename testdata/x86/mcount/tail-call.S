#: objtool --mcount --mnop
#: series 6.6..
# A tail call of it is odd.
.include "kernel.inc"

FUNC f
	jmp __fentry__
END f

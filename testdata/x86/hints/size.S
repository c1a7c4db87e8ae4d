#: objtool --orc
# The section's size is no multiple of a record's.
.include "kernel.inc"

FUNC f
.Lx:	ret
END f
	.section .discard.unwind_hints, "a"
	.long .Lx - .

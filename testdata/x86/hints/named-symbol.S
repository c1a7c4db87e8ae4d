#: objtool --orc
#: series ..6.18
# Hints must refer to section symbols.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .discard.unwind_hints, "a"
	.long f - .
	.skip 8

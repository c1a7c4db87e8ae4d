#: objtool --orc
# Hints without relocations.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .discard.unwind_hints, "a"
	.skip 12

#: objtool --orc
# One record has no relocation.
.include "kernel.inc"

FUNC f
	HINT FUNC
	ret
END f
	.section .discard.unwind_hints, "a"
	.skip 12

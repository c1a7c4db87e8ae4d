#: objtool --orc
# A hint in the middle of an instruction.
.include "kernel.inc"

FUNC f
.Lx:	nopl (%rax)
	ret
END f
	.section .discard.unwind_hints, "a"
	.long .Lx + 1 - .
	.skip 8

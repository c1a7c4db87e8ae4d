#: objtool --orc
#: series ..6.12
# An annotation in the middle of an instruction.
.include "kernel.inc"

FUNC f
.Lx:	nopl (%rax)
	ret
END f
	ANNOTATE_AT INTRA_FUNCTION_CALL, .Lx+1

#: objtool --orc
#: series 6.18..
# An annotation in the middle of an instruction.
.include "kernel.inc"

FUNC f
.Lx:	nopl (%rax)
	ANNOTATE_AT NOENDBR, .Lx+1
	ret
END f

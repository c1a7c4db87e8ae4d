#: objtool --orc
#: series ..6.12
# An annotation in the middle of an instruction.
.include "kernel.inc"

FUNC f
	ANNOTATE INSTR_END
.Lx:	nopl (%rax)
	ret
END f
	ANNOTATE_AT INSTR_BEGIN, .Lx+1

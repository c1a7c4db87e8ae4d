#: objtool --noinstr --link
# Between the marks calls are allowed, but not a return. An end without its beginning is one too few.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC f
	ANNOTATE INSTR_BEGIN
	nop
	call normal
	ANNOTATE INSTR_END
	nop
	ret
END f
FUNC g
	ANNOTATE INSTR_BEGIN
	nop
	ret
END g
FUNC h
	ANNOTATE INSTR_END
	nop
	ANNOTATE INSTR_BEGIN
	nop
	call normal
	ret
END h

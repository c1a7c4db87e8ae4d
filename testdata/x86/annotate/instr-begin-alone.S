#: objtool --noinstr --link
# 6.12 does not read the begin marks of a file without end marks.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	ANNOTATE INSTR_BEGIN
	nop
	call ext
	ret
END f

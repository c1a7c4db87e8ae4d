#: objtool --noinstr --link
# Instrumentation is allowed between the marks, and only there.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	ANNOTATE INSTR_BEGIN
	nop
	call ext
	ANNOTATE INSTR_END
	nop
	call ext2
	ret
END f

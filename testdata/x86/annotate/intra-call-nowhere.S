#: objtool --orc
# The annotated call leads into an instruction.
.include "kernel.inc"

FUNC f
	ANNOTATE INTRA_FUNCTION_CALL
	call 1f+1
1:	nopl (%rax)
	ret
END f

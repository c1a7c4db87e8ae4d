#: objtool --orc
# The annotation is on an indirect call.
.include "kernel.inc"

FUNC f
	ANNOTATE INTRA_FUNCTION_CALL
	call *%rax
	ret
END f

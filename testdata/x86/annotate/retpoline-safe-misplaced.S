#: objtool --retpoline
# The annotation is on something else.
.include "kernel.inc"

FUNC f
	ANNOTATE RETPOLINE_SAFE
	push %rax
	ret
END f

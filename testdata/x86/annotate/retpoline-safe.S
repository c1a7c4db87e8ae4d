#: objtool --retpoline --rethunk
# Branches that are known to be safe.
.include "kernel.inc"

FUNC f
	ANNOTATE RETPOLINE_SAFE
	call *%rax
	ANNOTATE RETPOLINE_SAFE
	nop
	ANNOTATE RETPOLINE_SAFE
	ret
END f

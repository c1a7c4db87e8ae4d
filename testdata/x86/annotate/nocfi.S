#: objtool --retpoline --cfi --prefix=16
#: series 6.18..
# A function that is exempt from the kCFI rule.
.include "kernel.inc"

FUNC f
	ANNOTATE NOCFI
	call __x86_indirect_thunk_rax
	ret
END f

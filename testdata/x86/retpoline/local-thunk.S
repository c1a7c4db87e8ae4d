#: objtool --retpoline
# Only a global symbol is a thunk.
.include "kernel.inc"

	.weak __x86_indirect_thunk_rax
FUNC f
	call __x86_indirect_thunk_rax
	ret
END f

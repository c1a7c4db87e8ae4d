#: objtool --orc --retpoline --dry-run
# Everything is said and nothing written.
.include "kernel.inc"

FUNC f
	call __x86_indirect_thunk_rax
	push %rax
	ret
END f

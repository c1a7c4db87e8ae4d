#: objtool --orc --retpoline --dry-run
#: series 6.1..
# Everything is said and nothing written.
.include "kernel.inc"

FUNC f
	call __x86_indirect_thunk_rax
	push %rax
	ret
END f

#: objtool --retpoline
# Branches through thunks are listed: jumps first, then calls.
.include "kernel.inc"

FUNC f
	call __x86_indirect_thunk_rax
	jne __x86_indirect_thunk_rbx
	jmp __x86_indirect_thunk_r11
END f

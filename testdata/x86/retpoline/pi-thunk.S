#: objtool --retpoline
# From 7.3 on thunks of code that runs before relocation count as well.
.include "kernel.inc"

FUNC f
	call __pi___x86_indirect_thunk_rax
	jmp __pi___x86_return_thunk
END f

#: objtool --retpoline --rethunk --static-call --orc
# Thunks and static calls in a replacement: call sites from 7.3 on; jumps to the return thunk always are.
.include "kernel.inc"

FUNC f
	ALT 1, "nop", "call __x86_indirect_thunk_rax"
	ALT 1, "nop", "call __SCT__x"
	ALT 1, "nop", "jmp __x86_return_thunk"
	ANNOTATE RETPOLINE_SAFE
	ret
END f
	.data
	.globl __SCK__x
__SCK__x: .quad 0

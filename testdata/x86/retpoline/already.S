#: objtool --retpoline
# The file has been processed before.
.include "kernel.inc"

FUNC f
	call __x86_indirect_thunk_rax
	ret
END f
	.section .retpoline_sites, "a"
	.long 0

#: objtool --retpoline --orc
# The thunk is in the same file: a branch to its start is one through it.
.include "kernel.inc"

FUNC f
	call .Lthunk
	jmp .Lthunk
END f
	.section .text..__x86.indirect_thunk, "ax"
FUNC __x86_indirect_thunk_rax
.Lthunk:
	ANNOTATE RETPOLINE_SAFE
	jmp *%rax
	int3
END __x86_indirect_thunk_rax

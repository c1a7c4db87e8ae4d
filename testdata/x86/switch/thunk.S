#: objtool --orc --retpoline
# A switch through a thunk is one as well.
.include "kernel.inc"

FUNC f
	mov .Ltable(,%rdi,8), %rax
	jmp __x86_indirect_thunk_rax
.La:	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La

#: objtool --orc
# The replacement of a switch's jump is one as well.
.include "kernel.inc"

FUNC f
	push %rbx
	mov .Ltable(,%rdi,8), %rax
	ALT 1, "jmp __x86_indirect_thunk_rax", "lfence; jmp *%rax"
.La:	pop %rbx
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La

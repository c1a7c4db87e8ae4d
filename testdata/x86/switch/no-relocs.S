#: objtool --orc
# An indirect jump to what is no table is a tail call.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *.Ltable(,%rdi,8)
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad 0

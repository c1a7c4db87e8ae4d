#: objtool --orc
# Data with a name of its own is no compiler's table.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *table(,%rdi,8)
.La:	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
table:
	.quad .La
	.size table, 8

#: objtool --orc
# A table written by hand has a name and a section of its own.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *table(,%rdi,8)
.La:	pop %rax
	ret
END f
	.section .data.rel.ro.c_jump_table, "aw"
	.quad 0
table:
	.quad .La
	.size table, 8

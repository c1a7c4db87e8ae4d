#: objtool --orc
# Tables may be in read-only data that is relocated.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *.Ltable(,%rdi,8)
.La:	pop %rax
	ret
END f
	.section .data.rel.ro.local, "aw"
	.quad 0
.Ltable:
	.quad .La

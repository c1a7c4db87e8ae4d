#: objtool --orc
# A table of one entry at the start of its section is taken for none.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(,%rdi,8)
.La:	ret
END f
	.section .rodata, "a"
.Ltable:
	.quad .La

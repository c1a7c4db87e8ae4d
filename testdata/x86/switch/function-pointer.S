#: objtool --orc
# A pointer to the function itself ends the table.
.include "kernel.inc"

FUNC f
.Lf:
	jmp *.Ltable(,%rdi,8)
.La:	ret
.Lb:	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La, .Lf, .Lb

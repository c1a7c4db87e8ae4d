#: objtool --orc
# A table ends at an entry of another function.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(,%rdi,8)
.La:	ret
END f
FUNC g
	jmp *.Ltable2(,%rdi,8)
.Lb:	ret
END g
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La
.Ltable2:
	.quad .Lb

#: objtool --orc
# An entry for the end of the function between two others: left out since 6.9, the end of the table before.
.include "kernel.inc"

FUNC f
	push %rax
	jmp *.Ltable(,%rdi,8)
.La:	pop %rax
	ret
.Lb:	pop %rax
	ret
END f
.Lend:
FUNC g
	ret
END g
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La, .Lend, .Lb

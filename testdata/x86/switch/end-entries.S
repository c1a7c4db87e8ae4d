#: objtool --orc
# Entries that point at the end of the function are left out.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(,%rdi,8)
.La:	ret
END f
.Lend:
FUNC g
	ret
END g
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La, .Lend, .La

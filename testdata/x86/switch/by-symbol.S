#: objtool --orc
# Entries that name a function and a distance: the place of the function counts since 6.15.
.include "kernel.inc"

FUNC e
	ret
END e
FUNC f
	push %rax
	jmp *.Ltable(,%rdi,8)
	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad f + 8
	.quad f + 8

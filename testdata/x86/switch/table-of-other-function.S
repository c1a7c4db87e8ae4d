#: objtool --orc
# The table ends where that of another function begins; before, only where the next one of its own does.
.include "kernel.inc"

FUNC g
	push %rax
	jmp *.Lg(,%rdi,8)
.Lga:	pop %rax
	ret
END g
FUNC f
	push %rax
	jmp *.Lf(,%rdi,8)
.Lfa:	pop %rax
	ret
.Lfb:	pop %rax
	ret
END f
FUNC h
	push %rax
	jmp *.Lh(,%rdi,8)
.Lha:	pop %rax
	ret
END h
	.section .rodata, "a"
	.quad 0
.Lf:	.quad .Lfa
.Lh:	.quad .Lha
.Lg:	.quad .Lga

#: objtool --orc
# Entries of 32 bits are as far apart as they are long; before, 8 bytes were taken for granted.
.include "kernel.inc"

FUNC f
	push %rax
	movslq .Ltable(,%rdi,4), %rax
	jmp *%rax
.La:	pop %rax
	ret
.Lb:	pop %rax
	ret
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.long .La, .Lb

#: objtool --orc
# A jump through one entry of a table, RIP-relative: unreachable code is not reported then.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(%rip)
.La:	ret
	push %rax
END f
	.section .rodata, "a"
	.quad 0
.Ltable:
	.quad .La

#: objtool --orc
# Two alternatives at one place, the first of which pushes: 6.12 walks the second one first and finds the conflict in the
# first, later series the other way round.
.include "kernel.inc"

FUNC f
.Lold:
	nop
	nop
	nop
	nop
.Lafter:
	ret
END f
	ALT_ENTRY 1, .Lold, .Lafter-.Lold, .Lone, 3
	ALT_ENTRY 2, .Lold, .Lafter-.Lold, .Ltwo, 3
	.section .altinstr_replacement, "ax"
.Lone:	push %rax
	nop
	pop %rax
.Ltwo:	nop
	nop
	nop

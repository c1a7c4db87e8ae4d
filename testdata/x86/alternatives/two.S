#: objtool --orc
# Two alternatives at one place, of different lengths: the original code counts with the longest.
.include "kernel.inc"

FUNC f
.Lold:
	nop
	nop
	nop
.Lafter:
	ret
END f
	ALT_ENTRY 1, .Lold, 2, .Lone, 2
	ALT_ENTRY 2, .Lold, 3, .Ltwo, 3
	.section .altinstr_replacement, "ax"
.Lone:	nop
	nop
.Ltwo:	nop
	nop
	nop

#: objtool --orc
# Two alternatives overlap.
.include "kernel.inc"

FUNC f
.Lold:
	nop
	nop
	nop
	ret
END f
	ALT_ENTRY 1, .Lold, 2, .Lone, 1
	ALT_ENTRY 2, .Lold+1, 1, .Ltwo, 1
	.section .altinstr_replacement, "ax"
.Lone:	nop
.Ltwo:	nop

#: objtool --stackval
# Two alternatives at one place, each with something to say: from 6.2 to 6.18 the second is walked first, and what it says ends
# the way through the function.
.include "kernel.inc"

FUNC f
.Lold:
	.nops 5
.Lafter:
	ret
END f
	ALT_ENTRY 1, .Lold, .Lafter-.Lold, .Lone, 5
	ALT_ENTRY 2, .Lold, .Lafter-.Lold, .Ltwo, 5
	.section .altinstr_replacement, "ax"
.Lone:	call one
.Ltwo:	call two

#: objtool --uaccess --orc
# The replacement alone is not to be looked at.
.include "kernel.inc"

FUNC f
.Lold:
	nop
	nop
	nop
	ret
END f
	ALT_ENTRY 1, .Lold, 3, .Lnew, 3
	.section .altinstr_replacement, "ax"
.Lnew:	stac
	ANNOTATE_AT IGNORE_ALTS, .Lnew

#: objtool --stackval
#: series ..6.18
# A jump into a replacement that is not to be looked at.
.include "kernel.inc"

FUNC f
	jne .Lnew
.Lalt:
	nop
.Lafter:
	ANNOTATE_AT IGNORE_ALTS, .Lalt
	ret
END f
	ALT_ENTRY 1, .Lalt, .Lafter-.Lalt, .Lnew, 1
	.section .altinstr_replacement, "ax"
.Lnew:	cld

#: objtool --orc
# An alternative whose original code is another one's replacement.
.include "kernel.inc"

FUNC f
	.Lold:
	nop
	nop
	ret
END f
	ALT_ENTRY 1, .Lold, 2, .Lnew, 2
	ALT_ENTRY 2, .Lnew, 1, .Lnewer, 1
	.section .altinstr_replacement, "ax"
.Lnew:	nop
	nop
.Lnewer: nop

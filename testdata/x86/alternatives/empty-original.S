#: objtool --orc
# An alternative of nothing.
.include "kernel.inc"

FUNC f
.Lold:
	ret
END f
	ALT_ENTRY 1, .Lold, 0, .Lnew, 1
	.section .altinstr_replacement, "ax"
.Lnew:	nop

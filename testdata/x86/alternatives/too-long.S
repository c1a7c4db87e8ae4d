#: objtool --orc
#: crashes ..
# A replacement that is longer than the original code: the originals write past the end of an array.
.include "kernel.inc"

FUNC f
.Lold:
	nop
	ret
END f
	ALT_ENTRY 1, .Lold, 1, .Lnew, 20
	.section .altinstr_replacement, "ax"
.Lnew:	.skip 20, 0x90

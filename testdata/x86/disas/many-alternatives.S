#: objtool --disas=f
#: series 7.2..
#: listing ..
# A listing has room for so many alternatives of an instruction.
.include "kernel.inc"

	.macro ANOTHER
	.pushsection .altinstr_replacement, "ax"
	nop
	.popsection
	.endm
FUNC f
.Lold:	nop
	.set .Ln, 0
	.rept 12
	.pushsection .altinstr_replacement, "ax"
	nop
	.popsection
	ALT_ENTRY 1, .Lold, 1, .altinstr_replacement + .Ln, 1
	.set .Ln, .Ln + 1
	.endr
	ret
END f

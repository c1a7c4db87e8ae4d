#: objtool --orc
# An entry without a relocation for its replacement, in the length that a release has for it.
.include "kernel.inc"

FUNC f
.La:	nop
	ret
END f
	.section .altinstructions, "a"
	.long .La - .
	.long 0
	.if .Lseries >= 603
	.long 7
	.else
	.short 7
	.endif
	.byte 1, 1

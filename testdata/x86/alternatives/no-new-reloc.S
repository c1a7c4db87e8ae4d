#: objtool --orc
# An entry without relocation for the replacement.
.include "kernel.inc"

FUNC f
.Lold:	nop
	ret
END f
	.section .altinstructions, "a"
	.long .Lold - ., 0, 1
	.byte 1, 1

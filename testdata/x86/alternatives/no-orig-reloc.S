#: objtool --orc
# An entry without relocation for the original code.
.include "kernel.inc"

FUNC f
.Lold:	nop
	ret
END f
	.section .altinstructions, "a"
	.long 0, .Lold - ., 1
	.byte 1, 1

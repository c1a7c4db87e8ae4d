#: objtool --orc
# The table's size is no multiple of its entries'.
.include "kernel.inc"

FUNC f
.Lold:	nop
	ret
END f
	.section .altinstructions, "a"
	.long .Lold - ., 0

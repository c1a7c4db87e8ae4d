#: objtool --orc
# The table's size is no multiple of its entries'.
.include "kernel.inc"

FUNC f
.Lold:	ret
END f
	.section __ex_table, "a"
	.long .Lold - .

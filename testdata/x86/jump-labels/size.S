#: objtool --orc
# The table's size is no multiple of its entries'.
.include "kernel.inc"

FUNC f
	ret
END f
	.section __jump_table, "aw"
	.quad 0

#: objtool --orc
# An entry without a place.
.include "kernel.inc"

FUNC f
.Lat:	nop
	ret
END f
	.section __jump_table, "aw"
	.long 0, .Lat - .
	.quad key - .

#: objtool --orc
# An entry without a key.
.include "kernel.inc"

FUNC f
.Lat:	nop
	ret
END f
	.section __jump_table, "aw"
	.long .Lat - ., .Lat - .
	.quad 0

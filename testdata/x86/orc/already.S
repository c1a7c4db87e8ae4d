#: objtool --orc
# The table is there already.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .orc_unwind, "a"
	.long 0

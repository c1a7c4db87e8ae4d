#: objtool --orc
# The table of places is there already. Since 6.19 that is the end, before there are two.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .orc_unwind_ip, "a"
	.long 0

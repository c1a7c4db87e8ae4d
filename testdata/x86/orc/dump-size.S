#: objtool --dump=orc
# Half an entry.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .orc_unwind, "a"
	.long 0
	.section .orc_unwind_ip, "a"
	.long f - .

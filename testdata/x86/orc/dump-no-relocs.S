#: objtool --dump
# A table without relocations: addresses instead of names.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .orc_unwind, "a"
	.skip 12
	.section .orc_unwind_ip, "a"
	.long 16, 32

#: objtool --orc
#: series ..6.12
#: as --keep-locals
# A label that is a symbol of its own is taken at its value.
.include "kernel.inc"

FUNC f
	ud2
.Lx:	ret
END f
	.section .discard.reachable, "aw"
	.reloc 0, R_X86_64_PC32, .Lx + 100
	.long 0

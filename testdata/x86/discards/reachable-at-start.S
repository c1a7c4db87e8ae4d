#: objtool --orc
#: series ..6.12
#: crashes 6.6..
# A label at the start of the section is behind nothing.
.include "kernel.inc"

.Lx:
FUNC f
	ret
END f
	.section .discard.reachable, "aw"
	.long .Lx - .

#: objtool --orc
#: series ..6.12
# A label at the end of the section is behind the last instruction.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:	ud2
.Lx:
END f
	.section .discard.reachable, "aw"
	.long .Lx - .

#: objtool --orc
#: series ..6.12
# A label behind nothing.
.include "kernel.inc"

FUNC f
.Lx:	nopl (%rax)
	ret
END f
	.section .discard.reachable, "aw"
	.long .Lx+1 - .

#: objtool --orc
# A call behind which nothing is reached, by annotation. Since 6.12 nobody reads it.
.include "kernel.inc"

FUNC f
	call ext
.Lbehind:
END f
FUNC g
	ret
END g
	.section .discard.unreachable, "aw"
	.long .Lbehind - .

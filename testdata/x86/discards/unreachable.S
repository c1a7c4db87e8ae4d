#: objtool --orc
#: series ..6.6
# The label behind a dead end: behind the last instruction, whose end it is, and behind nothing.
.include "kernel.inc"

FUNC f
	ud2
.Lbehind:
END f
	.pushsection .discard.unreachable, "aw"
	.long .Lbehind - .
	.long .Lbehind + 0x100 - .
	.popsection

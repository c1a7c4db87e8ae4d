#: objtool --orc
#: series 6.18..
# An annotation of a kind that nobody knows.
.include "kernel.inc"

FUNC f
	ANNOTATE 10
	ret
END f

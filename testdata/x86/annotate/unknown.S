#: objtool --orc
#: series 7.3
# An annotation of a kind that nobody knows.
.include "kernel.inc"

FUNC f
	ANNOTATE 10
	ret
END f

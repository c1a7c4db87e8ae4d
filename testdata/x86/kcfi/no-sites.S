#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
# The section is made even if there is nothing to list.
.include "kernel.inc"

FUNC f
	ret
END f

#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@6.12 --cfi --orc
# The section is made even if there is nothing to list.
.include "kernel.inc"

FUNC f
	ret
END f

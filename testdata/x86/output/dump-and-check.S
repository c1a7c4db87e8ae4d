#: objtool --dump=orc --stackval
#: series 6.1..
# Showing unwind data goes with nothing else.
.include "kernel.inc"

FUNC f
	ret
END f

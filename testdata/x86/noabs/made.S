#: objtool --noabs --mcount --orc
#: series 6.18..
# A table that this run has made has some as well.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f

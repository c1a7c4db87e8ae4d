#: objtool --noabs --mcount --orc
#: series 7.3
# A table that this run has made has some as well.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f

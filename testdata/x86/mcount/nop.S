#: objtool --mcount --mnop --orc
#: series 6.6..
# With --mnop they become NOPs.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f

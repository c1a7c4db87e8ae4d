#: objtool --mcount --mnop --orc
# With --mnop they become NOPs.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f

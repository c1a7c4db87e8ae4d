#: objtool --orc
# Set at a return.
.include "kernel.inc"

FUNC f
	std
	ret
END f

#: objtool --orc
# Set twice.
.include "kernel.inc"

FUNC f
	std
	std
	cld
	ret
END f

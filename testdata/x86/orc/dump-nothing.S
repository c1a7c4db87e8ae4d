#: objtool --dump
# No table.
.include "kernel.inc"

FUNC f
	ret
END f

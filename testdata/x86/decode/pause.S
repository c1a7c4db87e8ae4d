#: objtool --uaccess
# 6.12 takes pause for a NOP, which may be unreachable.
.include "kernel.inc"

FUNC f
	ret
	pause
END f

#: objtool --orc --uaccess
# Flags that are kept and restored outside of alternatives: 5.10 followed them, later releases take them for unknown.
.include "kernel.inc"

FUNC f
	stac
	pushf
	clac
	popf
	ret
END f

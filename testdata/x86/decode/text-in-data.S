#: objtool --orc --uaccess
# Data in a text section is decoded like code and reported as unreachable.
.include "kernel.inc"

FUNC f
	ret
END f
	.long 0x12345678

#: objtool --orc --uaccess
# A call in a replacement.
.include "kernel.inc"

FUNC f
	ALT 1, "call ext", "call ext2"
	ret
END f

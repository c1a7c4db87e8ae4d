#: objtool --orc
#: crashes ..
# Nothing follows the original code, and the NOP of the empty replacement is nowhere.
.include "kernel.inc"

FUNC f
	ALT 1, "jmp ext", ""
END f

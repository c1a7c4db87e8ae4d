#: objtool --orc
#: crashes 7.3 6.12
# Nothing follows the original code, and the NOP of the empty replacement is nowhere.
.include "kernel.inc"

FUNC f
	ALT 1, "jmp ext", ""
END f

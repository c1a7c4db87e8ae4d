#: objtool --orc
# There is nothing behind the original code.
.include "kernel.inc"

FUNC f
	ALT 1, "jmp ext", "jmp 771f; nop; 771:"
END f

#: objtool --orc --link
# Code without a symbol, as the linker leaves it of a weak function that it dropped.
.include "kernel.inc"

FUNC f
	ret
END f
	push %rax
	ret
FUNC g
	ret
END g

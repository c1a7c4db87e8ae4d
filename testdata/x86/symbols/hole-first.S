#: objtool --orc --link
# Before 7.3 code in front of the first symbol is no hole.
.include "kernel.inc"

	push %rax
	ret
FUNC f
	ret
END f

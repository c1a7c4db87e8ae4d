#: objtool --orc
# Code that nothing leads to: one message for each symbol.
.include "kernel.inc"

FUNC f
	ret
	xor %eax, %eax
	ret
END f

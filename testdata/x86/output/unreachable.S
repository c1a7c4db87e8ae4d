#: objtool --orc --no-unreachable
# Code that no way leads to is of no interest.
.include "kernel.inc"

FUNC f
	ret
	nop
	nop
END f

#: objtool --orc
# A static branch on something else.
.include "kernel.inc"

FUNC f
.Lat:	push %rax
	ret
END f
	JUMP_LABEL .Lat, .Lat

#: objtool --orc --output=b.o
#: series 6.18..
# The work is done on a copy.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

#: objtool --orc --output=b.o
#: series 7.3
# The work is done on a copy.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

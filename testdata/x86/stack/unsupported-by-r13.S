#: objtool --orc
# The stack pointer comes from a register that the stack was not realigned with; 5.10 takes no notice.
.include "kernel.inc"

FUNC f
	lea -8(%r13), %rsp
	ret
END f

#: objtool --sls
# Straight-line speculation could run past these.
.include "kernel.inc"

FUNC f
	ret
END f
FUNC g
	jmp *%rax
END g

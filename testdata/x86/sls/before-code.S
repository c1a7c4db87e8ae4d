#: objtool --sls
# Straight-line speculation could run on into what follows. Up to 5.15 the end of a section was nothing to run into.
.include "kernel.inc"

FUNC f
	jmp *%rax
END f
FUNC g
	ret
END g
FUNC h
	jmp *%rax
END h

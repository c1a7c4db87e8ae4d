#: objtool --stackval
# Tail calls to a function of the file and to one outside; the frame must be as at the start.
.include "kernel.inc"

FUNC f
	jmp ext
END f
FUNC g
	push %rax
	jmp f
END g
FUNC h
	push %rax
	jmp ext
END h

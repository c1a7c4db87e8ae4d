#: objtool --orc
# A static branch that is on: a jump, or what follows.
.include "kernel.inc"

FUNC f
.Lat:	jmp .Lto
	push %rbx
	pop %rbx
.Lto:	ret
END f
	JUMP_LABEL .Lat, .Lto

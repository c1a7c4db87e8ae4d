#: objtool --orc
#: crashes ..
# A jump that is switched off at the end of its section: there is nothing to go on with.
.include "kernel.inc"

	nop
FUNC f
.Lat:	jmp f
END f
	JUMP_LABEL .Lat, f

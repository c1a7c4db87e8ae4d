#: objtool --hacks=jump_label
# The relocation of the jump becomes one that does nothing.
.include "kernel.inc"

FUNC f
.Lat:	jmp ext
	ret
.Lto:	ret
END f
	JUMP_LABEL .Lat, .Lto, key+2

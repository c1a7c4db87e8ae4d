#: objtool --hacks=jump_label
#: crashes 6.12.. 5.15..6.1
# There is no NOP of six bytes.
.include "kernel.inc"

FUNC f
.Lat:	.byte 0x2e, 0xe9, 0, 0, 0, 0
	ret
END f
	JUMP_LABEL .Lat, f, key+2

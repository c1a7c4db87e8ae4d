#: objtool --orc --hacks=jump_label
# A jump whose key says so is turned into a NOP.
.include "kernel.inc"

FUNC f
.Lat:	jmp .Lto
	push %rbx
	pop %rbx
.Lto:	ret
.Lat2:	jmp .Lto2
	push %rbx
	pop %rbx
.Lto2:	ret
END f
	JUMP_LABEL .Lat, .Lto, key+2
	JUMP_LABEL .Lat2, .Lto2, key+1

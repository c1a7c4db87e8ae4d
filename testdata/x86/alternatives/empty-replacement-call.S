#: objtool --stackval
#: crashes ..6.1
# Something to say behind an empty replacement: old releases name the section in which the way began, and a replacement
# without code has none.
.include "kernel.inc"

FUNC f
.Lold:
	.nops 5
.Lafter:
	call other
	ret
END f
	ALT_ENTRY 1, .Lold, .Lafter-.Lold, .Lold, 0

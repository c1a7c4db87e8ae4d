#: objtool --disas=f
#: series 7.2..
#: listing ..
# A listing has room for so many instructions of an alternative.
.include "kernel.inc"

FUNC f
	ALT 1, "nop", ".rept 60; nop; .endr"
	ret
END f

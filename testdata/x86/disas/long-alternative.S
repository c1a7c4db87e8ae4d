#: objtool --disas=f
#: series 7.3
#: listing 7.3
# A listing has room for so many instructions of an alternative.
.include "kernel.inc"

FUNC f
	ALT 1, "nop", ".rept 60; nop; .endr"
	ret
END f

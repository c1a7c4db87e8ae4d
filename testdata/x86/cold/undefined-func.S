#: objtool --orc
# An undefined one that is typed as a function.
.include "kernel.inc"

	.type f.cold, @function
FUNC g
	call f.cold
	ret
END g

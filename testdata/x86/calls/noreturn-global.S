#: objtool --orc
# What follows a call of a function that is known never to return is not run.
.include "kernel.inc"

FUNC f
	call panic
END f

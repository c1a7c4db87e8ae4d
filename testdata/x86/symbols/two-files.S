#: objtool --orc
# Two source files: an object that was linked. 6.12 turns --link on, 7.3 asks for it.
.include "kernel.inc"

	.file "one.c"
FUNC f
	ret
END f
	.file "two.c"

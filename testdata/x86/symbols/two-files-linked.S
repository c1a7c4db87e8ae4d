#: objtool --orc --link
# With --link there is nothing to say.
.include "kernel.inc"

	.file "one.c"
FUNC f
	ret
END f
	.file "two.c"

#: objtool --stackval --no-unreachable
# Nothing is said about it with --no-unreachable.
.include "kernel.inc"

FUNC f
	nop
END f
FUNC g
	ret
END g

#: objtool --dry-run
#: series 6.1..
# Nothing is asked for.
.include "kernel.inc"

FUNC f
	ret
END f

#: objtool --noinstr --unret --sls --link
#: series 6.12 7.2 7.3
# The code is at its end, and straight-line speculation could run past the return. Before 7.3 nothing is said about that.
.include "kernel.inc"

FUNC f
	ret
END f
entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	nop

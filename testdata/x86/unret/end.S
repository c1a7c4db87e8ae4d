#: objtool --noinstr --unret --link
# The code is at its end.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	nop

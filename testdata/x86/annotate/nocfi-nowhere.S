#: objtool --orc
#: series 6.18..
# NOCFI outside any symbol.
.include "kernel.inc"

	ANNOTATE NOCFI
	ret

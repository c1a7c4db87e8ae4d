#: objtool --orc
#: series 7.3
# NOCFI outside any symbol.
.include "kernel.inc"

	ANNOTATE NOCFI
	ret

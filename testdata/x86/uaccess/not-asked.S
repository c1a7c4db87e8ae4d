#: objtool --orc
# Nobody asked for these rules.
.include "kernel.inc"

FUNC f
	stac
	stac
	call g
	ret
END f

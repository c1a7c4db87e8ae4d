#: objtool --orc
# A call of an undefined one: from 7.3 on that alone is enough.
.include "kernel.inc"

FUNC g
	call f.cold
	ret
END g

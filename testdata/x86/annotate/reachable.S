#: objtool --orc
# An ud2 that is no dead end, as in WARN().
.include "kernel.inc"

FUNC f
	REACHABLE ud2
	ret
END f

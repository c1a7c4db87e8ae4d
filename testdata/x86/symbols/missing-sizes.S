#: objtool --orc
# Several functions without a size: before 7.3 the ones at one place come out last one first.
.include "kernel.inc"

FUNC f
FUNC g
FUNC h
	ret
FUNC k
	ret

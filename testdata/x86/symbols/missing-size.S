#: objtool --orc
# A function without a size is not walked.
.include "kernel.inc"

FUNC f
	ret

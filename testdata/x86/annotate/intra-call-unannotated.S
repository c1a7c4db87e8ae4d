#: objtool --orc
# The same without the annotation.
.include "kernel.inc"

FUNC f
	call 1f
	ud2
1:	add $8, %rsp
	ret
END f

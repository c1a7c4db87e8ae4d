#: objtool --orc
# A hint in a function that is not validated. It is followed from there in some releases.
.include "kernel.inc"

FUNC f
	ret
	HINT FUNC
	push %rax
	ret
END f
	NON_STANDARD f

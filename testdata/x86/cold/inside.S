#: objtool --orc
# -fno-reorder-functions leaves the unlikely part at the end of its parent.
.include "kernel.inc"

FUNC f
	push %rbx
	jne f.cold
	pop %rbx
	ret
LOCAL_FUNC f.cold
	pop %rbx
	ret
END f.cold
END f

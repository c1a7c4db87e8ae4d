#: objtool --orc
# Two functions that tail-call each other may return.
.include "kernel.inc"

LOCAL_FUNC a
	jmp b
END a
LOCAL_FUNC b
	jmp a
END b
FUNC f
	call a
	ret
END f

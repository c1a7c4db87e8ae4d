#: objtool --static-call --orc
# Only a global symbol is a trampoline.
.include "kernel.inc"

LOCAL_FUNC __SCT__x
	ret
END __SCT__x
FUNC f
	call __SCT__x
	ret
END f

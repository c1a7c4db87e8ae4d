#: objtool --static-call --orc --module
# In a module the trampoline stands in for it.
.include "kernel.inc"

FUNC f
	call __SCT__x
	ret
END f

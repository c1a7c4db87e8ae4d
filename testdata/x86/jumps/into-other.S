#: objtool --stackval
# A jump into the middle of another function is a fall-through.
.include "kernel.inc"

LOCAL_FUNC f
	nop
.Lf:	ret
END f
FUNC g
	jmp .Lf
END g

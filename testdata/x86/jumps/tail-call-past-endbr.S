#: objtool --stackval --ibt --link
#: series 6.1..
# With --ibt the place behind the landing pad is the start of a function too.
.include "kernel.inc"

LOCAL_FUNC f
	endbr64
.Lf:	ret
END f
FUNC g
	push %rax
	jmp .Lf
END g

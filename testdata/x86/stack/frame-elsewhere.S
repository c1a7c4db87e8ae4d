#: objtool --stackval
# A frame that is not where the frame pointer is kept; 5.10 looked at the latter alone.
.include "kernel.inc"

FUNC f
	HINT CALL, BP, 24
	push %rax
	push %rbp
	call ext
	pop %rbp
	pop %rax
	HINT FUNC
	ret
END f

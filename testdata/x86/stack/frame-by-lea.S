#: objtool --stackval
# A frame that is set up below other registers; 5.15.85 alone understands it.
.include "kernel.inc"

FUNC f
	push %rbp
	push %rbx
	lea 8(%rsp), %rbp
	call ext
	pop %rbx
	pop %rbp
	ret
END f
FUNC g
	push %rbp
	push %rbx
	push %r12
	lea 8(%rsp), %rbp
	call ext
	pop %r12
	pop %rbx
	pop %rbp
	ret
END g

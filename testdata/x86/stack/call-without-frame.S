#: objtool --stackval
# With --stackval a call needs a frame, except that of the tracer.
.include "kernel.inc"

FUNC f
	call ext
	ret
END f
FUNC g
	call __fentry__
	push %rbp
	mov %rsp, %rbp
	call ext
	pop %rbp
	ret
END g

#: objtool --orc
# The same with a frame pointer.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	mov %rsp, (%rdi)
	mov %rdi, %rsp
	call ext
	pop %rsp
	pop %rbp
	ret
END f

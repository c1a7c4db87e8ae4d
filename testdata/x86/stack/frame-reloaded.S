#: objtool --orc
# The frame pointer is loaded back from the stack, not popped; known since 5.15.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	mov (%rsp), %rbp
	add $8, %rsp
	ret
END f

#: objtool --orc
# The frame is left while the stack is still found by the register that it was realigned with.
.include "kernel.inc"

FUNC f
	lea 8(%rsp), %r10
	and $-16, %rsp
	push -8(%r10)
	push %rbp
	mov %rsp, %rbp
	push %rax
	mov %rbp, %rsp
	pop %rbp
	lea -8(%r10), %rsp
	ret
END f

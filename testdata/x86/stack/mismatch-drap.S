#: objtool --orc
# Two ways with different argument pointers of a realigned stack.
.include "kernel.inc"

FUNC f
	lea 8(%rsp), %r10
	and $-32, %rsp
	pushq -8(%r10)
	push %rbp
	mov %rsp, %rbp
	je 1f
	push %r10
	mov -8(%rbp), %r10
	jmp 2f
1:	push %r10
2:	ud2
END f

#: objtool --orc --stackval
# gcc's realigned stack, its argument pointer saved and loaded in every way that it has.
.include "kernel.inc"

FUNC f
	lea 8(%rsp), %r10
	and $-32, %rsp
	pushq -8(%r10)
	push %rbp
	mov %rsp, %rbp
	push %rbx
	push %r10
	call ext
	pop %r10
	pop %rbx
	pop %rbp
	lea -8(%r10), %rsp
	ret
END f
FUNC g
	lea 8(%rsp), %r10
	and $-32, %rsp
	pushq -8(%r10)
	push %rbp
	mov %rsp, %rbp
	mov %rbx, -8(%rbp)
	mov %r10, -16(%rbp)
	mov -16(%rbp), %r10
	mov -8(%rbp), %rbx
	leave
	lea -8(%r10), %rsp
	ret
END g
FUNC h
	push %r13
	lea 16(%rsp), %r13
	and $-16, %rsp
	pushq -8(%r13)
	push %rbp
	mov %rsp, %rbp
	push %r13
	pop %r13
	pop %rbp
	lea -16(%r13), %rsp
	pop %r13
	ret
END h

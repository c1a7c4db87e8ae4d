#: objtool --orc
# Registers are saved and restored by mov, relative to both pointers.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	sub $16, %rsp
	mov %rbx, -8(%rbp)
	mov %r12, (%rsp)
	mov (%rsp), %r12
	mov -8(%rbp), %rbx
	mov %rbp, %rsp
	pop %rbp
	ret
END f
FUNC g
	sub $24, %rsp
	mov %rbp, 16(%rsp)
	lea 32(%rsp), %rbp
	mov 16(%rsp), %rbp
	add $24, %rsp
	ret
END g

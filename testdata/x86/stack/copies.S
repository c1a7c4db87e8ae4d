#: objtool --orc
# Copies of the stack pointer come back, by way of other registers as well.
.include "kernel.inc"

FUNC f
	mov %rsp, %rdx
	mov %rdx, %rbx
	sub $64, %rsp
	mov %rbx, %rsp
	ret
END f
FUNC g
	lea 8(%rsp), %rcx
	sub $64, %rsp
	mov %rcx, %rsp
	sub $8, %rsp
	ret
END g

#: objtool --orc
# A register is kept below the frame by the stack pointer, on one of two paths; seen since 5.15.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	sub $16, %rsp
	test %edi, %edi
	je 1f
	mov %rbx, (%rsp)
1:	leave
	ret
END f

#: objtool --orc
# Two ways with a register saved in different places.
.include "kernel.inc"

FUNC f
	sub $16, %rsp
	je 1f
	mov %rbx, (%rsp)
	jmp 2f
1:	mov %rbx, 8(%rsp)
2:	ud2
END f

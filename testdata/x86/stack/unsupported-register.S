#: objtool --orc
# Arithmetic on the register that the frame is found by.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	lea 8(%rbp), %rbp
	ret
END f

#: objtool --orc
# A function that loses its stack goes on using it.
.include "kernel.inc"

FUNC f
	mov %rax, %rsp
	push %rbx
	ret
END f

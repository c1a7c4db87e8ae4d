#: objtool --orc
# Nothing but `loop` leads to the end of the function. Before 6.1 it was no jump.
.include "kernel.inc"

FUNC f
	loop 1f
	ret
1:	mov %rax, %rbx
	ret
END f

#: objtool --orc
# With a frame pointer old compilers did it so.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	and $-16, %rsp
	push %rbx
	leave
	ret
END f

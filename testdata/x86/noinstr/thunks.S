#: objtool --stackval --noinstr --link
# Thunks are noinstr code, whose section was called otherwise once.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .text.__x86.thunk, "ax"
FUNC old
	push %rbp
	mov %rsp, %rbp
	call normal
	pop %rbp
	ret
END old
	.section .text..__x86.thunk, "ax"
FUNC new
	push %rbp
	mov %rsp, %rbp
	call normal
	pop %rbp
	ret
END new

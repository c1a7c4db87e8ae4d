#: objtool --orc
# An absolute address looks as if it were relative to the frame pointer; before 6.12 it was taken for that.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	test %edi, %edi
	je 1f
	mov %rbx, 0x1230
1:	pop %rbp
	ret
END f

#: objtool --orc
# gcc's jump table, of absolute addresses; one entry leads into the function's unlikely part.
.include "kernel.inc"

FUNC f
	jmp *.Ltable(,%rdi,8)
.La:	push %rax
	pop %rax
	ret
.Lb:	ret
END f
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
.Lc:	ret
END f.cold
	.section .rodata, "a"
	.balign 8
	.quad 0
.Ltable:
	.quad .La, .Lb, .Lc

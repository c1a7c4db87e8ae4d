#: objtool --orc
# A function with a switch may return, as far as is known when calls are looked at.
.include "kernel.inc"

LOCAL_FUNC die
	jmp *.Ltable(,%rdi,8)
.La:	ud2
END die
	.section .rodata, "a"
	.balign 8
	.quad 0
.Ltable:
	.quad .La
	.text
FUNC f
	call die
END f

#: objtool --orc
# The unlikely part of a function as gcc emits it: its frame is the parent's.
.include "kernel.inc"

FUNC f
	push %rbx
	jne f.cold
	pop %rbx
	ret
END f
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	call ext
	pop %rbx
	ret
END f.cold

#: objtool --orc
# clang leaves the unlikely part untyped: a function from 7.3 on only.
.include "kernel.inc"

FUNC f
	push %rbx
	jne f.cold
	pop %rbx
	ret
END f
	.section .text.unlikely, "ax"
f.cold:
	call ext
	pop %rbx
	ret
	.size f.cold, . - f.cold

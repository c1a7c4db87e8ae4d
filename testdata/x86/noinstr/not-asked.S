#: objtool --stackval --link
#: objtool@..5.15 check --vmlinux
# Rules for noinstr code are not asked for. 5.10 has them for every whole kernel.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC f
	push %rbp
	mov %rsp, %rbp
	call normal
	pop %rbp
	ret
END f

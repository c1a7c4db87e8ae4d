#: objtool --orc
# The stack is switched and the old one restored from the top of the new one.
.include "kernel.inc"

FUNC f
	mov %rsp, (%rdi)
	mov %rdi, %rsp
	call ext
	pop %rsp
	ret
END f

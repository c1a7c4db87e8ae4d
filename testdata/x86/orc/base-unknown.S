#: objtool --orc
# The frame is found by rbx, which ORC has no number for.
.include "kernel.inc"

FUNC f
	lea 8(%rsp), %rbx
	and $-16, %rsp
	push -8(%rbx)
	lea -8(%rbx), %rsp
	ret
END f

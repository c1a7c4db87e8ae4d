#: objtool --orc
# A pop into memory.
.include "kernel.inc"

FUNC f
	push %rax
	popq ext(%rip)
	ret
END f

#: objtool --orc
# A state is kept and taken up again.
.include "kernel.inc"

FUNC f
	push %rbx
	HINT SAVE
	mov %rax, %rsp
	HINT RESTORE
	pop %rbx
	ret
END f

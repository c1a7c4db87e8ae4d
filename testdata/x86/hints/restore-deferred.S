#: objtool --orc
# A jump to the restore is left until the straight way has come by.
.include "kernel.inc"

FUNC f
	jne 1f
	HINT SAVE
	push %rax
	mov %rax, %rsp
1:	HINT RESTORE
	ret
END f

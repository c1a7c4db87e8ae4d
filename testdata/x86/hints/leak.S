#: objtool --orc
# The state that a record makes starts from the instruction's own or from the record before: parts of it leak on.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	HINT FUNC
	HINT CALL, SP, 16
	nop
	HINT CALL, SP, 8
	push %rbx
	pop %rbx
	ret
END f

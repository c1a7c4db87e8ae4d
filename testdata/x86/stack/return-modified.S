#: objtool --orc
# Returns that leave something on the stack, or a register unrestored.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
FUNC g
	sub $8, %rsp
	mov %rbx, (%rsp)
	add $8, %rsp
	ret
END g

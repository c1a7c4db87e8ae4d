#: objtool --rethunk --orc
# Jumps to the return thunk are returns, and listed, in init code too.
.include "kernel.inc"

FUNC f
	push %rax
	jne 1f
	pop %rax
	jmp __x86_return_thunk
1:	jmp __x86_return_thunk
END f
	.section .init.text, "ax"
FUNC g
	jmp __x86_return_thunk
END g

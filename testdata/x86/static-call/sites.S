#: objtool --static-call
# Static calls and tail calls with their keys: jumps first, then calls.
.include "kernel.inc"

FUNC f
	call __SCT__x
	jne __SCT__x
	jmp __SCT__x
END f
	.data
	.globl __SCK__x
__SCK__x: .quad 0

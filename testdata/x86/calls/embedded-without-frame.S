#: objtool --stackval
# A call of code inside another instruction needs no frame.
.include "kernel.inc"

	.globl retbleed_return_thunk
FUNC thunk
	.byte 0xf6
retbleed_return_thunk:
	.size retbleed_return_thunk, 1
.Lthunk:
	ret
	int3
	jmp .Lthunk
END thunk
FUNC f
	call retbleed_return_thunk
	ret
END f

#: objtool --stackval
# A jump to an instruction inside another one is a return.
.include "kernel.inc"

	.globl retbleed_return_thunk
FUNC f
	.byte 0xf6
retbleed_return_thunk:
	.size retbleed_return_thunk, 1
.Lthunk:
	ret
	int3
	jmp .Lthunk
END f

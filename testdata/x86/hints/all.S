#: objtool --orc
# Every kind of hint, and every register that a frame can be found by.
.include "kernel.inc"

	.globl entry
entry:
	HINT UNDEFINED
	nop
	HINT END_OF_STACK
	nop
	HINT CALL, SP, 8
	nop
	HINT CALL, BP, 16
	nop
	HINT CALL, DI, 24
	nop
	HINT CALL, DX, -8
	nop
	HINT CALL, R10, 0
	nop
	HINT CALL, R13, 0, 1
	nop
	HINT CALL, SP_INDIRECT, 8
	nop
	HINT REGS, SP, 0, 1
	nop
	HINT REGS_PARTIAL, SP, 16
	nop
	HINT FUNC
	ret
	.size entry, . - entry

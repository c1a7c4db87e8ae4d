#: objtool --orc
#: series 7.2..
# Bases of frames that came with 7.3.
.include "kernel.inc"

	.globl entry
entry:
	HINT CALL, AX, 8
	nop
	HINT CALL, BP_INDIRECT, 8
	nop
	HINT FUNC
	ret
	.size entry, . - entry

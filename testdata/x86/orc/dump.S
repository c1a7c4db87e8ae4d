#: objtool --dump=orc
# Every register and kind of frame that a table can have, and some that it cannot.
.include "kernel.inc"

FUNC f
	.skip 64, 0x90
END f
	.macro ENTRY sp, bp, sp_reg, bp_reg, kind, at
	.pushsection .orc_unwind, "a"
	.short \sp, \bp
	.byte \sp_reg | \bp_reg << 4, \kind
	.popsection
	.pushsection .orc_unwind_ip, "a"
	.long f + \at - .
	.popsection
	.endm
	ENTRY 8, 0, 0, 0, 0, 0
	ENTRY 8, -16, 1, 1, 2, 1
	ENTRY 16, -24, 2, 8, 3, 2
	ENTRY 0, 0, 3, 3, 4, 3
	ENTRY 8, 8, 4, 4, 10, 4
	ENTRY 8, -8, 5, 5, 1, 5
	ENTRY 24, 0, 6, 9, 7, 6
	ENTRY 8, 0, 7, 10, 2, 7
	ENTRY 8, 0, 8, 11, 2, 8
	ENTRY -8, 0, 9, 15, 2, 9
	ENTRY 8, 0, 10, 0, 2, 10
	ENTRY 8, 0, 11, 0, 2, 11

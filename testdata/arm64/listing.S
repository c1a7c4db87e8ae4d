// What a listing shows: names for addresses, data as data, words that only a recent assembler knows.
	.text
	.p2align 2
	.globl	listed
	.type	listed, %function
listed:
	bti	c
	paciasp
	stp	x29, x30, [sp, #-16]!
	adrp	x0, variable
	add	x0, x0, :lo12:variable
	ldr	x1, 1f
	tbz	w1, #5, 2f
	bl	other
	bl	elsewhere
2:	msr	daifset, #15
	mrs	x2, sp_el0
	.inst	0x04bf5020	// rdvl x0, #1
	.inst	0x00010000	// none
	ldp	x29, x30, [sp], #16
	autiasp
	ret
	// These would be branches.
1:	.word	0x14000001, 0x94000001
	.quad	variable
	.byte	1, 2
	.balign	4
	.size	listed, . - listed

	.globl	other
	.type	other, %function
other:
	ret
	.size	other, . - other

	.data
variable:
	.quad	0

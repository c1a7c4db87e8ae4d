// Conditional branches to global symbols, which keep their relocations, well within reach.
	.text
	.globl	near
	.type	near, %function
near:
	tbz	x0, #1, far
	cbz	x0, far
	bl	far
	b	far
	.size	near, . - near
	.fill	7500, 4, 0xd503201f
	.globl	far
	.type	far, %function
far:
	ret
	.size	far, . - far
	.fill	1000, 4, 0xd503201f
	.globl	farther
	.type	farther, %function
farther:
	ret
	.size	farther, . - farther

// A static call as DEFINE_STATIC_CALL makes it, called directly and in tail position, and one that another object defines.
	.section .static_call.text, "ax"
	.p2align 4
	.globl	__SCT__local
__SCT__local:
	hint	34
	adrp	x16, 1f
	ldr	x16, [x16, :lo12:1f]
	br	x16
	.type	__SCT__local, %function
	.size	__SCT__local, . - __SCT__local
	.section .rodata, "a"
	.p2align 3
1:	.quad	target

	.data
	.p2align 3
	.globl	__SCK__local
	.type	__SCK__local, %object
__SCK__local:
	.quad	target, 0
	.size	__SCK__local, . - __SCK__local

	.text
	.type	target, %function
target:
	bti	c
	ret
	.size	target, . - target

	.globl	caller
	.type	caller, %function
caller:
	paciasp
	stp	x29, x30, [sp, #-16]!
	bl	__SCT__local
	bl	ordinary
	bl	__SCT__foreign
	ldp	x29, x30, [sp], #16
	autiasp
	b	__SCT__local
	.size	caller, . - caller

// What a compiler makes with -fpatchable-function-entry=4,2 and branch protection: two NOPs before each function, two in it.
	.macro	function name, pad
	.p2align 3
	.section __patchable_function_entries, "awo", %progbits, .text
	.p2align 3
	.quad	.Lentry_\name
	.text
.Lentry_\name:
	nop
	nop
	.globl	\name
	.type	\name, %function
\name:
	.if \pad
	bti	c
	.endif
	nop
	nop
	paciasp
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	bl	callee
	ldp	x29, x30, [sp], #16
	autiasp
	ret
	.size	\name, . - \name
	.endm

	.text
	function first, 1
	function second, 0
	function third, 1

// A weak function that another definition has replaced: its code and its entry stay.
	.p2align 3
	.section __patchable_function_entries, "awo", %progbits, .text
	.quad	.Lentry_dropped
	.text
.Lentry_dropped:
	nop
	nop
	bti	c
	nop
	nop
	ret

// Not traced, and begins with the NOPs of static branches.
	.p2align 3
	nop
	nop
	.type	untraced, %function
untraced:
1:	nop
2:	nop
	ret
3:	ret
	.size	untraced, . - untraced
	.section __jump_table, "aw"
	.p2align 3
	.long	1b - ., 3b - .
	.quad	key - .
	.long	2b - ., 3b - .
	.quad	key - .
	.data
	.p2align 3
key:	.quad	0

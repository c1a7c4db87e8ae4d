// What a compiler makes with -fpatchable-function-entry=2: two NOPs at the start of each function, after bti c if it has one.
	.macro	function name, pad
	.p2align 2
	.globl	\name
	.type	\name, %function
\name:
	.if \pad
	bti	c
	.endif
.Lentry_\name:
	nop
	nop
	paciasp
	bl	callee
	autiasp
	ret
	.size	\name, . - \name
	.section __patchable_function_entries, "awo", %progbits, .text
	.p2align 3
	.quad	.Lentry_\name
	.text
	.endm

	.text
	function first, 1
	function second, 0
	function third, 1

	.type	untraced, %function
untraced:
	bti	c
	ret
	.size	untraced, . - untraced

// Functions that may be called through pointers, built with branch protection and kCFI; one that may not.
	.text
	.p2align 2
	.macro	function name, pad
	.long	0x12345678
	.globl	\name
	.type	\name, %function
\name:
	\pad
	nop
	ret
	.size	\name, . - \name
	.endm
	function taken, "bti c"
	function taken_as_well, paciasp
	function taken_again, "bti c"
	function exported, "bti c"
	function made_by_code, "bti c"

	.type	called_directly, %function
called_directly:
	nop
	ret
	.size	called_directly, . - called_directly

	.globl	caller
	.type	caller, %function
caller:
	bti	c
	adrp	x0, made_by_code
	add	x0, x0, :lo12:made_by_code
	bl	called_directly
	ret
	.size	caller, . - caller

	.section .rodata, "a"
	.p2align 3
	.quad	taken
	.quad	taken_as_well
	.quad	taken_again

// A static call, whose trampoline a tracepoint knows: it has no hash.
	.section .static_call.text, "ax"
	.p2align 4
	.globl	__SCT__traced
	.type	__SCT__traced, %function
__SCT__traced:
	bti	c
	adrp	x16, 1f
	ldr	x16, [x16, :lo12:1f]
	br	x16
	.size	__SCT__traced, . - __SCT__traced
	.section .rodata, "a"
	.p2align 3
1:	.quad	taken
	.section __tracepoints, "aw"
	.p2align 3
	.quad	__SCT__traced
	.data
	.p2align 3
	.globl	__SCK__traced
__SCK__traced:
	.quad	taken, 0

	.section .export_symbol, ""
	.asciz	"GPL"
	.asciz	""
	.p2align 3
	.quad	exported

	.section .note.gnu.property, "a"
	.p2align 3
	.long	4, 16, 5
	.asciz	"GNU"
	.long	0xc0000000, 4, 3, 0

// Alternatives, exception entries, static branches, bugs and warnings.
	.text
	.p2align 2
	.globl	code
	.type	code, %function
code:
	bti	c
1:	ldr	x0, [x1]
2:	nop
3:	b	6f
661:	nop
	nop
662:	cbz	x0, 6f
4:	brk	#0x800
5:	nop
663:	b	6f
664:
6:	ret
	.size	code, . - code

	.subsection 1
665:	cbz	x1, 6b
	b	667f
667:
666:
	.previous

	.globl	callback
	.type	callback, %function
callback:
	bti	c
	ret
	.size	callback, . - callback

	.section .altinstructions, "a"
	.long	661b - ., 665b - .
	.hword	7
	.byte	662b - 661b, 666b - 665b
	.long	663b - ., callback - .
	.hword	(1 << 15) | 7
	.byte	664b - 663b, 0

	.section __ex_table, "a"
	.p2align 2
	.long	1b - ., 6b - .
	.short	2, (31 << 5) | 0
	.long	1b + 4 - ., 6b - .
	.short	4, 0

	.section __kvm_ex_table, "a"
	.p2align 2
	.long	1b - ., 6b - .

	.section __jump_table, "aw"
	.p2align 3
	.long	2b - ., 6b - .
	.quad	key - .
	.long	3b - ., 6b - .
	.quad	key + 1 - .

	.section .rodata.str, "aMS", %progbits, 1
7:	.asciz	"file.c"
	.section __bug_table, "aw"
	.p2align 2
	.long	4b - ., 7b - .
	.short	12, 0

	.data
	.p2align 3
key:	.quad	0

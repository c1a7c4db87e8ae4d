# Functions in sections of their own, which have no section symbol until one is needed, two of them in groups.
# Each new section symbol moves a global symbol; the first ones to move are the groups' signatures.

	.globl	first
	.section .text.first,"axG",@progbits,first,comdat
	.type	first,@function
first:	call	elsewhere
	ret
	.size	first, .-first

	.globl	second
	.section .text.second,"axG",@progbits,second,comdat
	.type	second,@function
second:	call	first
	ret
	.size	second, .-second

	.section .text.third,"ax",@progbits
	.globl	third
	.type	third,@function
third:	pushq	%rbp
	call	second
	popq	%rbp
	ret
	.size	third, .-third

	.section .debug_odd,"",@progbits
	.quad	third
	.section .data.odd,"aw",@progbits
	.balign	32
	.quad	second
	.section .note.GNU-stack,"",@progbits

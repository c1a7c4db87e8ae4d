# A function with every kind of alternative, and one that is warned about.
	.file "flow.c"
	.text
	.globl every_kind
	.type every_kind, @function
every_kind:
	push %rbp
	mov %rsp, %rbp
	push %rbx
# Replaced if one feature is there, and by a call if another one is not.
.Lorig:	nop
	nop
	.byte 0x0f, 0x1f, 0x40, 0x00
	nop
.Lend:	test %rdi, %rdi
	je .Lout
# A static branch that is off, and one that is on.
.Loff:	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00
.Lon:	jmp .Lout
# May fault, and is replaced by nothing.
.Lload:	mov (%rdi), %rax
.Lout:	lea table(%rip), %rcx
	call helper
	pop %rbx
	pop %rbp
	ret
.Lfix:	xor %eax, %eax
	jmp .Lout
	.size every_kind, . - every_kind

	.type warned, @function
warned:
	push %r12
	test %rdi, %rdi
	je 1f
	pop %r12
1:	ret
	.size warned, . - warned

	.section .altinstr_replacement, "ax"
.Lnew1:	stac
	jmp .Lin1
.Lin1:	nop
.Lnew1_end:
.Lnew2:	call helper
.Lnew2_end:

	.macro alternative orig, end, new, new_end, feature
	.long \orig - .
	.long \new - .
	.long \feature
	.byte \end - \orig
	.byte \new_end - \new
	.endm
	.section .altinstructions, "a"
	alternative .Lorig, .Lend, .Lnew1, .Lnew1_end, 9*32+20
	alternative .Lorig, .Lend, .Lnew2, .Lnew2_end, (3 << 16) | 3
	alternative .Lload, .Lout, .Lnew2_end, .Lnew2_end, 0xfff

	.section __jump_table, "aw"
	.balign 8
	.long .Loff - .
	.long .Lfix - .
	.quad key - .
	.long .Lon - .
	.long .Lout - .
	.quad key - .

	.section __ex_table, "a"
	.balign 4
	.long .Lload - .
	.long .Lfix - .
	.long 0

	.bss
	.type key, @object
key:	.zero 16
	.size key, 16
	.type table, @object
table:	.zero 8
	.size table, 8

# More local symbols are added than there are global ones to move, so that some move twice; the functions are preceded
# by the padding that prefix symbols name.

	.text
	.skip	16, 0x90
	.globl	outside
	.type	outside,@function
outside:
	call	__x86_return_thunk
	jmp	__x86_return_thunk
	.size	outside, .-outside
	.skip	16, 0x90
	.type	one,@function
one:	jmp	__x86_return_thunk
	.size	one, .-one
	.skip	16, 0x90
	.type	two,@function
two:	jmp	__x86_return_thunk
	.size	two, .-two
	.skip	16, 0x90
	.type	three,@function
three:	jmp	__x86_return_thunk
	.size	three, .-three
	.skip	16, 0x90
	.type	four,@function
four:	jmp	__x86_return_thunk
	.size	four, .-four

	.section __patchable_function_entries,"awo",@progbits,.text
	.quad	one - 16
	.quad	outside - 16
	.section .bss.odd,"aw",@nobits
	.balign	64
	.skip	8
	.section .note.GNU-stack,"",@progbits

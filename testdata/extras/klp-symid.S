# Local symbols that share a name with another symbol, and all kinds that do not count.
	.file "klp-symid.c"
	.text
	.type twice, @function
twice:	ret
	.size twice, . - twice
	.type once, @function
once:	ret
	.size once, . - once
	.type __pfx_f, @function
__pfx_f: nop
	.size __pfx_f, . - __pfx_f
	.globl f
	.type f, @function
f:	ret
	.size f, . - f
	# Renamed apart from its namesake: ends in a number that a search by name leaves out.
	.type state.1, @function
state.1: ret
	.size state.1, . - state.1

	.data
	.type twice_data, @object
twice_data: .quad 0
	.size twice_data, 8

	.section .discard.x, "a"
	.type kept, @object
kept:	.quad 0
	.size kept, 8
	.section .debug_x, ""
	.type kept2, @object
kept2:	.quad 0
	.size kept2, 8

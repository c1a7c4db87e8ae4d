# The namesakes of klp-symid.S.
	.file "klp-symid-2.c"
	.text
	.type twice, @function
twice:	ret
	.size twice, . - twice
	# Neither function nor object, so it does not count itself, but as a namesake.
once:
	nop
	.type __pfx_f, @function
__pfx_f: nop
	.size __pfx_f, . - __pfx_f
	.type f, @function
f:	ret
	.size f, . - f
state.1:
	nop

	.data
	.type twice_data, @object
twice_data: .quad 0
	.size twice_data, 8
	.type kept, @object
kept:	.quad 0
	.size kept, 8
	.type kept2, @object
kept2:	.quad 0
	.size kept2, 8

# A module of one source file that makes a static call whose key it does not see: the key is not exported.
	.file "module-one.c"
	.text
	.globl one
	.type one, @function
one:
	call __SCT__hook
	ret
	.size one, . - one

	.section .modinfo, "a"
	.asciz "license=GPL"

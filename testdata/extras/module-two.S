# With module-one.S, a module of several source files.
	.file "module-two.c"
	.text
	.globl two
	.type two, @function
two:
	jmp __SCT__hook
	.size two, . - two

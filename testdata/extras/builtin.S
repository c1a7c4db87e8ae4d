# Code of a driver that is built in: its .modinfo names the driver in each key.
	.file "builtin.c"
	.text
	.globl one
	.type one, @function
one:
	call __SCT__hook
	ret
	.size one, . - one

	.section .modinfo, "a"
	.asciz "driver.license=GPL"
	.asciz "driver.file=drivers/driver"

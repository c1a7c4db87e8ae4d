#: objtool --orc
#: apart ..
#: as --32
# A file of 32 bits. No kernel has such objects checked; the originals read them with the rules of the 64-bit machine.
.code32
	.globl f
	.type f, @function
f:	ret
	.size f, . - f

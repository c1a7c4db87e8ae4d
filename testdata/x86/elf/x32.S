#: objtool --orc
#: apart ..
#: as --x32
# The small form of the same machine. No kernel has such objects; the originals process them all the same.
	.globl f
	.type f, @function
f:	call g
	ret
	.size f, . - f

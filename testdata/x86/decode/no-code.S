#: objtool --orc --uaccess --retpoline --rethunk --static-call --mcount
# A file without any code is left as it is.
.include "kernel.inc"

	.data
	.globl x
x:	.quad x

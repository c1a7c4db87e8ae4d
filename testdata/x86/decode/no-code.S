#: objtool --orc --uaccess --retpoline --rethunk --static-call --mcount
#: series 5.15..
# A file without any code is left as it is.
.include "kernel.inc"

	.data
	.globl x
x:	.quad x

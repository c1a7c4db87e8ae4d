#: objtool --uaccess
#: crashes ..
# A function whose size goes past its section.
.include "kernel.inc"

FUNC f
	ret
	push %rax
	.size f, . - f + 16

#: objtool --uaccess
#: crashes 7.3 6.12
# A function whose size goes past its section.
.include "kernel.inc"

FUNC f
	ret
	push %rax
	.size f, . - f + 16

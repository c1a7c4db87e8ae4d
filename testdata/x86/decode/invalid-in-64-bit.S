#: objtool --uaccess
# 7.3 takes opcodes that 64-bit mode does not have for bare ones; for 6.12 they have operands.
.include "kernel.inc"

FUNC f
	.byte 0xea
	ret
	nopl 0(%rax)
	ret
END f

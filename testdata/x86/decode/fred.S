#: objtool --orc
# ERETU and ERETS leave the kernel. Before 6.12 they were what they are without their prefixes.
.include "kernel.inc"

	.globl user, kernel
user:
	HINT REGS, SP
	.byte 0xf3, 0x0f, 0x01, 0xca
	.size user, . - user
kernel:
	HINT REGS, SP
	.byte 0xf2, 0x0f, 0x01, 0xca
	.size kernel, . - kernel

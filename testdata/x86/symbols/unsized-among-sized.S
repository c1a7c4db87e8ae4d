#: objtool --stackval
# Before 7.3 unsized symbols order a section's list anew: the functions are walked in another order.
.include "kernel.inc"

FUNC a
	push %rax
	ret
END a
	.globl label1, label2
label1:
label2:
FUNC b
	push %rax
	ret
END b
FUNC c
	push %rax
	ret
END c

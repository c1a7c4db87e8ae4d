#: objtool --stackval
# A symbol of another type at the same place is no alias.
.include "kernel.inc"

FUNC f
	.globl other
	.type other, @object
other:
	push %rax
	ret
END f
	.size other, . - other

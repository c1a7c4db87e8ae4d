#: objtool --orc --stackval
# Two names for one function: from 7.3 on messages give the last one.
.include "kernel.inc"

FUNC f
	.globl alias
	.type alias, @function
alias:
	push %rax
	ret
END f
	.size alias, . - alias

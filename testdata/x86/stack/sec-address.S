#: objtool --orc --sec-address
# Places are given in the section as well.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
	push %rax
	ret

#: objtool --orc --sec-address
#: series 6.1..
# Places are given in the section as well.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
	push %rax
	ret

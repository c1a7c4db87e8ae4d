#: objtool --orc --werror
#: objtool@6.18 --orc --Werror
#: series 6.18..
# Warnings are errors, and nothing is written.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

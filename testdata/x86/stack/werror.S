#: objtool --orc --werror
#: series 7.3
# Warnings are errors, and nothing is written.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

#: objtool --orc --werror
#: series 7.2..
# Warnings are errors, and nothing is written.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

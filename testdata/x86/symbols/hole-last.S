#: objtool --orc --link
# A hole up to the end of the section.
.include "kernel.inc"

FUNC f
	ret
END f
	push %rax
	ret

#: objtool --orc --backtrace
#: listing ..
# The way that led to a warning.
.include "kernel.inc"

FUNC f
	ALT 1, "nop; nop", "jne 1f"
	jne 1f
	ret
1:	push %rax
	ret
END f

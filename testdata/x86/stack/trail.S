#: objtool --orc --backtrace
#: listing 7.3
# The way that led to a warning.
.include "kernel.inc"

FUNC f
	ALT 1, "nop; nop", "jne 1f"
	jne 1f
	ret
1:	push %rax
	ret
END f

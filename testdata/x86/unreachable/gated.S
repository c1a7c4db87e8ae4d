#: objtool --orc --retpoline
# Unreachable code is looked for if nothing was wrong before; from 7.3 on retpoline warnings do not count for that.
.include "kernel.inc"

FUNC f
	jmp *%rax
END f
FUNC g
	ret
	push %rax
END g

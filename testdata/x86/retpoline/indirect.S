#: objtool --retpoline
# Indirect branches that do not go through a thunk.
.include "kernel.inc"

FUNC f
	call *%rax
	ret
END f
FUNC g
	jmp *%rax
END g

#: objtool --sls
# It cannot run past these.
.include "kernel.inc"

FUNC f
	ret
	int3
END f
FUNC g
	jmp *%rax
	int3
END g
FUNC h
	jmp __x86_return_thunk
END h

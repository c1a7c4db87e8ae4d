#: objtool --orc
# Without --link it is unreachable.
.include "kernel.inc"

FUNC f
	ret
END f
	push %rax
	ret
FUNC g
	ret
END g

#: objtool --orc
# A hint behind it says what came of it.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	lea 8(%rbp), %rbp
	HINT FUNC
	ret
END f

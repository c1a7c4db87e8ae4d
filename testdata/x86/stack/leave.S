#: objtool --orc
# leave, and enter, which is not followed.
.include "kernel.inc"

FUNC f
	push %rbp
	mov %rsp, %rbp
	leave
	ret
END f
FUNC g
	enter $8, $0
	leave
	ret
END g

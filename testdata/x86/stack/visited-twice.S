#: objtool --orc
# A loop: an instruction that was visited with the same state is left.
.include "kernel.inc"

FUNC f
	push %rbx
1:	dec %eax
	jne 1b
	pop %rbx
	ret
END f

#: objtool --orc
# A jump out of the replacement into the function.
.include "kernel.inc"

FUNC f
	push %rbx
	ALT 1, "nop", "jmp .Lout"
	nop
.Lout:	pop %rbx
	ret
END f

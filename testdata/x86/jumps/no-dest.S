#: objtool --orc
# A jump into an instruction.
.include "kernel.inc"

FUNC f
	jmp 1f+1
1:	nopl (%rax)
	ret
END f

#: objtool --orc
# The place of the save has not been visited when the restore is met.
.include "kernel.inc"

FUNC f
	jmp 2f
1:	HINT SAVE
	nop
2:	nop
	HINT RESTORE
	nop
	jne 1b
	ret
END f

#: objtool --orc
# NOPs, int3, an ud2 behind a dead end and a jump to one are no unreachable code.
.include "kernel.inc"

FUNC f
	ret
	nop
	int3
END f
FUNC g
	ud2
	ud2
END g
FUNC h
	je 1f
	call panic
	jmp 1f
1:	ud2
END h

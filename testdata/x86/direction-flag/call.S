#: objtool --orc
# A direct, an indirect and a tail call while the flag is set.
.include "kernel.inc"

FUNC f
	std
	call g
	cld
	ret
END f
FUNC indirect
	std
	call *%rax
	cld
	ret
END indirect
FUNC tail
	std
	jmp g
END tail

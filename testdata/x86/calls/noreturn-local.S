#: objtool --orc
# A function without a return never returns; neither does one that ends in a tail call of it, as far as it is known.
.include "kernel.inc"

LOCAL_FUNC die
	ud2
END die
LOCAL_FUNC tail
	jmp die
END tail
FUNC f
	call die
END f
FUNC g
	call tail
END g

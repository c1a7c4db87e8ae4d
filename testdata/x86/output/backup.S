#: objtool --orc --backup
#: series 7.2.. 5.15..6.12
# 6.12 always keeps a copy, 7.3 if there was something to say.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f

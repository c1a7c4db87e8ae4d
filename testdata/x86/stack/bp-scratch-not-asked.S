#: objtool --orc
# That matters for --stackval only.
.include "kernel.inc"

FUNC f
	push %rbp
	pop %rbp
	ret
END f

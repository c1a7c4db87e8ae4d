#: objtool --orc
# An offset with the mark of a special exception handler: the mark is taken off.
.include "kernel.inc"

FUNC f
.Lold:	mov (%rax), %rbx
	ret
.Lfix:	ret
END f
	EXTABLE .Lold, .Lfix+0x7ffffff0

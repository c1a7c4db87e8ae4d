#: objtool --orc
#: crashes 6.12..
# lea of the frame pointer in code without a symbol, reached by a hint.
.include "kernel.inc"

	HINT CALL, SP, 8
	lea 8(%rsp), %rbp
	ret

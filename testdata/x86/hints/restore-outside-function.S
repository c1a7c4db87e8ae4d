#: objtool --orc
#: crashes ..
# Outside functions there is no start to look from.
.include "kernel.inc"

	.globl entry
entry:
	HINT FUNC
	nop
	HINT RESTORE
	ret
	.size entry, . - entry

#: objtool --ibt --link
#: series 6.1..
# The place of the relocation is not the end of the instruction, which only 7.2 accounts for.
.include "kernel.inc"

FUNC before
	endbr64
	nopl 0x12345678(%rax)
	ret
END before
FUNC f
	ret
END f
FUNC g
	endbr64
	cmpl $1, f(%rip)
	ret
END g

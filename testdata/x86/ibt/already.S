#: objtool --ibt --link
#: series 6.1..
# The list is there already.
.include "kernel.inc"

FUNC unused
	endbr64
	ret
END unused
	.section .ibt_endbr_seal, "a"
	.long 0

#: objtool --ibt --link
#: series 6.1..
# Landing pads that nothing refers to are listed; those inside functions are none, and a mark keeps one.
.include "kernel.inc"

FUNC unused
	endbr64
	ret
END unused
FUNC used
	endbr64
	nop
	endbr64
	ret
END used
FUNC kept
	endbr64
	ret
END kept
FUNC early
	endbr64
	ret
END early
	.section .init.text, "ax"
FUNC init
	endbr64
	ret
END init
	.data
	.quad used
	.section .discard.ibt_endbr_noseal, "aw"
	.quad kept

#: objtool --ibt --link
#: series 6.1..
# A place whose address may be taken though it has no landing pad.
.include "kernel.inc"

FUNC f
	endbr64
	lea g(%rip), %rax
	ret
END f
FUNC g
	ANNOTATE NOENDBR
	ret
END g

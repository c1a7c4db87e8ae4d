#: objtool --stats --ibt --orc --retpoline --link
#: series 6.1..
# Counters on standard output.
.include "kernel.inc"

FUNC f
	endbr64
	call *%rax
	jne 1f
	nop
	endbr64
1:	ret
END f
	.data
	.quad f

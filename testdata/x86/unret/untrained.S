#: objtool --noinstr --unret --link
# Every way comes to the mark first: straight on, by a branch, in a call, or ends with sysret.
.include "kernel.inc"

FUNC untrain
	ANNOTATE RETPOLINE_SAFE
	nop
	ret
END untrain
entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	jne 1f
	jc 2f
	call untrain
	ret
1:	ANNOTATE RETPOLINE_SAFE
	nop
	ret
2:	sysretq

#: objtool --noinstr --unret --link --backtrace
#: listing ..
# A return comes before the mark that untrains: on a way through an alternative, a branch and a call.
.include "kernel.inc"

FUNC callee
	ret
END callee
entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	ALT 1, "nop; nop", "jne 1f"
	ANNOTATE RETPOLINE_SAFE
	nop
	ud2
1:	jmp 2f
2:	call callee
	ud2

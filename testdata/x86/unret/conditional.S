#: objtool --noinstr --unret --link --backtrace
#: listing ..
# A conditional branch leads to a return.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	jne 1f
	ANNOTATE RETPOLINE_SAFE
	nop
	ud2
1:	HINT FUNC
	ret

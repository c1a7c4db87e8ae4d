#: objtool --noinstr --unret --link
# A jump whose target is not in the file, from code that is no function.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	jmp elsewhere
	ud2

#: objtool --noinstr --unret --link
# What is called is not in the file.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	call elsewhere
	ud2

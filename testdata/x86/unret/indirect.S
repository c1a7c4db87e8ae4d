#: objtool --noinstr --unret --link
# Indirect branches before the mark; a second entry is looked at, too.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	call *%rax
	ud2
other:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	jmp *%rax

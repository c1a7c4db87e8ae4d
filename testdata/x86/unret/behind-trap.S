#: objtool --noinstr --unret --link
# The path ends at a trap; where it did not, it went on to what stands behind it.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	ud2
	call *%rax

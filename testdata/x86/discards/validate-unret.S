#: objtool --orc
#: series ..6.12
# The message names another section here.
.include "kernel.inc"

FUNC f
.Lx:	nopl (%rax)
	ret
END f
	ANNOTATE_AT UNRET_BEGIN, .Lx+1

#: objtool --orc --unret --rethunk --link
# The path ends at a trap. In 6.6 it went on behind it.
.include "kernel.inc"

FUNC f
	ANNOTATE UNRET_BEGIN
	nop
	ud2
	call *%rax
	ret
END f

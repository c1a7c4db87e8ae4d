#: objtool --orc
# An untyped label at the end of a section is taken for an end mark.
.include "kernel.inc"

FUNC f
	ret
END f
	.globl end
end:

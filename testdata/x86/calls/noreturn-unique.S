#: objtool --orc
#: series 6.6..
# A symbol of the binding GNU_UNIQUE is not local, so since 7.0 its name is looked up.
.include "kernel.inc"

	.type panic, @gnu_unique_object
FUNC f
	call panic
END f
FUNC g
	ret
END g

#: objtool --orc
#: series 6.1..
# A symbol of the binding GNU_UNIQUE is not local, so since 7.0 its name is looked up.
.include "kernel.inc"

FUNC f
	call panic
END f
FUNC g
	ret
END g
	.data
	.type panic, @gnu_unique_object
panic:
	.byte 0
	.size panic, 1

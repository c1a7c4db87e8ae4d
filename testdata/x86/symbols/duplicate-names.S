#: objtool --static-call
#: objcopy --redefine-sym __SCK__y=__SCK__x
# Of two symbols of one name the last one is found by name: here the key of a static call.
.include "kernel.inc"

	.globl __SCT__x
FUNC f
	call __SCT__x
	ret
END f
	.data
__SCK__x: .quad 0
__SCK__y: .quad 0

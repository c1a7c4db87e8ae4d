#: objtool --static-call --orc
# Without a key the run ends; 6.12 writes the half-made section.
.include "kernel.inc"

FUNC f
	call __SCT__y
	call __SCT__x
	ret
END f
	.data
	.globl __SCK__y
__SCK__y: .quad 0

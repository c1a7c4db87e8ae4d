#: objtool --stackval
# An unlikely part that runs into another function's.
.include "kernel.inc"

FUNC f
	jne f.cold
	ret
END f
FUNC g
	jne g.cold
	ret
END g
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	nop
END f.cold
LOCAL_FUNC g.cold
	ret
END g.cold

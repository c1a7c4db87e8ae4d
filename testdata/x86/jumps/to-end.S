#: objtool --stackval --no-unreachable
# Dead code may jump to the end of its function.
.include "kernel.inc"

FUNC f
	je 1f
	ret
1:
END f
	.section .text.other, "ax"

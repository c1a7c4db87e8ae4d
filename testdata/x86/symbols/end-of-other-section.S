#: objtool --stackval
# A path that jumped into another section runs off that one's end: before 7.3 the section it began in is named.
.include "kernel.inc"

FUNC f
	je 1f
	ret
END f
	.section .text.unlikely, "ax"
	.globl out
out:
1:	nop

#: objtool --orc
# An untyped unlikely part without a size: from 7.3 on a function that lacks one.
.include "kernel.inc"

FUNC f
	jne f.cold
	ret
END f
	.section .text.unlikely, "ax"
f.cold:
	ud2

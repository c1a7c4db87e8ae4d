#: objtool --orc --link
#: objcopy --redefine-sym g=f --redefine-sym g.cold=f.cold
# Two files with a function and its unlikely part of the same names: from 7.3 on each part belongs to its own file.
# Before, parts are linked again when the jump to them is met.
.include "kernel.inc"

	.file "one.c"
LOCAL_FUNC f
	push %rbx
	jne f.cold
	pop %rbx
	ret
END f
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	pop %rbx
	ret
END f.cold
	.file "two.c"
	.text
LOCAL_FUNC g
	jne g.cold
	ret
END g
	.section .text.unlikely, "ax"
LOCAL_FUNC g.cold
	ret
END g.cold

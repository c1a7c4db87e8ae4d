#: objtool --orc --link
#: crashes 6.6
# A cold part that only a hole jumps to is left alone.
.include "kernel.inc"

FUNC f
	jne g.cold
	ret
END f
	je f.cold
	ret
FUNC g
	ret
END g
	.section .text.unlikely, "ax"
LOCAL_FUNC f.cold
	ud2
END f.cold
LOCAL_FUNC g.cold
	ud2
END g.cold

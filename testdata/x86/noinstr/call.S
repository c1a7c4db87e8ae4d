#: objtool --noinstr --link
# Code in these sections may not call code outside, nor what it cannot know.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC f
	call normal
	ret
END f
FUNC g
	call *%rax
	ret
END g
FUNC undefined
	call elsewhere
	ret
END undefined
FUNC ubsan
	call __ubsan_handle_add_overflow
	ret
END ubsan
FUNC inside
	call cpuidle
	jmp entry
END inside
	.section .cpuidle.text, "ax"
FUNC cpuidle
	ret
END cpuidle
	.section .entry.text, "ax"
FUNC entry
	jmp normal
END entry
	.section .noinstr.text.sub, "ax"
FUNC sub
	call normal
	ret
END sub

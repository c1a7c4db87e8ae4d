#: objtool --retpoline --cfi --prefix=16
#: series 6.6..
# An indirect call needs a check of the callee's type before it.
.include "kernel.inc"

FUNC f
	movl $-0x12345678, %r10d
	addl -4(%r11), %r10d
	je 1f
	ud2
1:	call __x86_indirect_thunk_r11
	call __x86_indirect_thunk_rax
	ret
END f

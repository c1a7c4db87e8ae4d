#: objtool --hacks=noinstr --orc
# Calls of what profiles code are switched off in such sections.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	call __sanitizer_cov_trace_pc
	call __fentry__
	call mcount
	call __tsan_read8
	ret
END f
FUNC tail
	jmp __sanitizer_cov_trace_pc
END tail
	.text
FUNC normal
	call __sanitizer_cov_trace_pc
	ret
END normal

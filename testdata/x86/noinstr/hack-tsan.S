#: objtool --orc --hacks=noinstr
# Up to 6.12, calls that only thread sanitizers make were taken out of noinstr code, too.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC f
	push %rbp
	call __tsan_func_entry
	call __sanitizer_cov_trace_pc
	pop %rbp
	ret
END f

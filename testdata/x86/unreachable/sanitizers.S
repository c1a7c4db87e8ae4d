#: objtool --orc
# Nor is what leads to a sanitizer's report within five instructions.
.include "kernel.inc"

FUNC f
	ret
	mov %rdi, %rsi
	jmp 1f
1:	call __asan_handle_no_return
END f
FUNC g
	ret
	call __ubsan_handle_builtin_unreachable
END g

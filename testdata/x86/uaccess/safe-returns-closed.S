#: objtool --uaccess
# A function on the list may close it if it has saved the state, but has to restore it.
.include "kernel.inc"

FUNC __asan_load8_noabort
	ALT 1, "nop; nop", "pushf; clac"
	nop
	add $8, %rsp
	ret
END __asan_load8_noabort

#: objtool --uaccess
# A function on the list begins with user access open, and must not close it.
.include "kernel.inc"

FUNC __asan_load8_noabort
	clac
	ret
END __asan_load8_noabort

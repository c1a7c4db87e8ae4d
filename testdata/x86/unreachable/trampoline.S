#: objtool --orc
# Nor are the trampolines of static calls.
.include "kernel.inc"

FUNC __SCT__x
	ret
	push %rax
END __SCT__x

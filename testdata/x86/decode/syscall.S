#: objtool --stackval
# Instructions that leave the kernel end in a warning inside a function.
.include "kernel.inc"

FUNC f
	syscall
	ret
END f
FUNC g
	sysretq
END g
FUNC h
	lretq
END h

#: objtool --orc
# With a hint behind it, syscall goes on; from 7.3 on sysret ends the path, before it goes on as well.
.include "kernel.inc"

FUNC f
	syscall
	HINT FUNC
	ret
END f
FUNC g
	sysretq
	HINT FUNC
	ret
END g

#: objtool --orc
# Whether this function returns depends on the configuration. 6.6 excused what follows at once.
.include "kernel.inc"

LOCAL_FUNC exc_double_fault
	ud2
END exc_double_fault
FUNC f
	call exc_double_fault
	ret
END f

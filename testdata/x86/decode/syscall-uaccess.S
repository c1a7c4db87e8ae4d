#: objtool --stackval --uaccess
# Up to 5.15 the path ended at syscall, also where a hint follows it in a function. Later it goes on as it came.
.include "kernel.inc"

FUNC f
	stac
	syscall
	HINT FUNC
	ret
END f

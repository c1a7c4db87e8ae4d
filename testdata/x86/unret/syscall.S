#: objtool --noinstr --unret --link
# 7.3 tells what enters the kernel from what leaves it; before, both end the way.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	syscall
	HINT FUNC
	ret

#: objtool --orc
# enqcmd is not allowed in the kernel; the run goes on.
.include "kernel.inc"

FUNC f
	enqcmd (%rax), %rbx
	ret
END f

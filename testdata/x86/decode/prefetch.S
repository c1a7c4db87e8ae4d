#: objtool --uaccess
# 6.12 takes any prefetch for a NOP, which may be unreachable.
.include "kernel.inc"

FUNC f
	ret
	prefetchw (%rax)
END f

#: objtool --orc
# Two ways to an instruction with stacks of different depth.
.include "kernel.inc"

FUNC f
	je 1f
	push %rax
1:	ret
END f

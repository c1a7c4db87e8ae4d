#: objtool --orc
# Two ways through the same bytes that leave different stacks.
.include "kernel.inc"

FUNC f
	ALT 1, "push %rax; nop; pop %rax", "nop; push %rax; pop %rax"
	ret
END f

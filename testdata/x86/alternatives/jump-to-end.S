#: objtool --orc
# A jump to the end of the replacement goes on behind the original code.
.include "kernel.inc"

FUNC f
	ALT 1, "push %rax; pop %rax; nop", "jmp 771f; nop; 771:"
	ret
END f

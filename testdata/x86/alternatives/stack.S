#: objtool --orc
# What a replacement does to the stack shows in the unwind data of the bytes that it may be patched over.
.include "kernel.inc"

FUNC f
	ALT 1, "nopl 0(%rax)", "push %rax; nop; pop %rax"
	ret
END f

#: objtool --orc
# Nothing leads to code in this section. Up to 5.15 it was fixed up by exceptions and not looked at.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .fixup, "ax"
	mov %rax, %rbx
	ret

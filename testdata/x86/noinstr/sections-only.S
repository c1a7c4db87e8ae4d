#: objtool --noinstr --link
# With this action alone only such sections are walked: nothing is said about the stack elsewhere.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
	.section .noinstr.text, "ax"
FUNC g
	push %rax
	ret
END g

#: objtool --retpoline --rethunk
# Init code is exempt.
.include "kernel.inc"

	.section .init.text, "ax"
FUNC f
	call *%rax
	ret
END f

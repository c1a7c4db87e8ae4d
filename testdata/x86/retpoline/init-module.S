#: objtool --retpoline --rethunk --module
# Unless it is a module's.
.include "kernel.inc"

	.section .init.text, "ax"
FUNC f
	call *%rax
	ret
END f

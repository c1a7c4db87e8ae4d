#: objtool --orc
#: series ..6.12
# Annotations must refer to section symbols.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .discard.retpoline_safe, "aw"
	.long f - .

#: objtool --orc
#: series 6.18..
# Annotations without any relocation are not looked at.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .discard.annotate_insn, "M", @progbits, 8
	.quad 0

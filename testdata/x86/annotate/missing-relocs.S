#: objtool --orc
#: series 6.18..
# More annotations than relocations.
.include "kernel.inc"

FUNC f
	ANNOTATE NOENDBR
	ret
END f
	.section .discard.annotate_insn, "M", @progbits, 8
	.quad 0

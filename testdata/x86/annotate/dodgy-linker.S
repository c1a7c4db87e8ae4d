#: objtool --orc --verbose
#: series 6.18..
#: apart ..
# A linker that dropped the record size is forgiven, and told about with --verbose. There we also say which series it is.
.include "kernel.inc"

FUNC f
.Lx:	ret
END f
	.section .discard.annotate_insn, "", @progbits
	.long .Lx - .
	.long 1

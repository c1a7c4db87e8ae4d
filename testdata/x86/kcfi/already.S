#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
# The file has been processed before.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .cfi_sites, "a"
	.long 0

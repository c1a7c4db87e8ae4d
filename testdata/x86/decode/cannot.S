#: objtool --orc
# Bytes that are no instruction: the message names the section and the offset, the file gets nothing.
.include "kernel.inc"

FUNC f
	nop
	.byte 0x62, 0xff, 0xff
END f

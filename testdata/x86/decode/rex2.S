#: objtool --orc
# A prefix that decoders know since 6.10; before, one byte of no meaning.
.include "kernel.inc"

FUNC f
	.byte 0xd5, 0x08, 0x89, 0xc3
	ret
END f

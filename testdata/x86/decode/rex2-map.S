#: objtool --orc
# A long NOP with a prefix that decoders know since 6.10; before, it was cut into pieces, of which the last one took the `ret`.
.include "kernel.inc"

FUNC f
	.byte 0xd5, 0x80, 0x1f, 0x00
	ret
END f

#: objtool --hacks=noinstr --orc
#: crashes ..
# A tail call of a length for which there is no padded return. The originals go on with a null pointer for the bytes.
.include "kernel.inc"

	.section .noinstr.text, "ax"
FUNC tail
	.byte 0x3e
	jmp __sanitizer_cov_trace_pc
END tail

#: objtool --cfi --fineibt --prefix=16 --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
# Sites in the order of the symbol table; before 7.0, in that of the sections.
.include "kernel.inc"

	.section .text.b, "ax"
LOCAL_FUNC __cfi_a
	mov $1, %eax
END __cfi_a
	.skip 16, 0x90
LOCAL_FUNC a
	ret
END a
	.text
LOCAL_FUNC __cfi_b
	mov $1, %eax
END __cfi_b
	.skip 16, 0x90
LOCAL_FUNC b
	ret
END b

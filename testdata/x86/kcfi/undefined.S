#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
#: crashes ..
# A hash that is not in the file.
.include "kernel.inc"

	.globl __cfi_f
	.type __cfi_f, @function
FUNC f
	call __cfi_f
	ret
END f

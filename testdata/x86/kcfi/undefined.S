#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@6.12 --cfi --orc
#: crashes 7.3 6.12
# A hash that is not in the file.
.include "kernel.inc"

	.globl __cfi_f
	.type __cfi_f, @function
FUNC f
	call __cfi_f
	ret
END f

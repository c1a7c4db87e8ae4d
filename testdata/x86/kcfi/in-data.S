#: objtool --cfi --prefix=16 --fineibt --orc
#: objtool@..6.18 --cfi --orc
#: series 6.6..
# A hash that is not in code: 6.12 keeps the empty section.
.include "kernel.inc"

FUNC f
	ret
END f
	.data
	.globl __cfi_g
	.type __cfi_g, @function
.Lg:
__cfi_g: .quad 0, .Lg
	.size __cfi_g, 5

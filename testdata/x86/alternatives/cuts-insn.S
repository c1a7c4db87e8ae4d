#: objtool --orc
#: crashes ..
# The original code ends inside an instruction: the originals read past the end of an array.
.include "kernel.inc"

FUNC f
.Lold:
	nopl 0x12345678(%rax)
	ret
END f
	ALT_ENTRY 1, .Lold, 1, .Lnew, 1
	.section .altinstr_replacement, "ax"
.Lnew:	nop

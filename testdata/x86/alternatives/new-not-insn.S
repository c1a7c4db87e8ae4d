#: objtool --orc
# The replacement is in the middle of an instruction.
.include "kernel.inc"

FUNC f
.Lold:	nopl 0(%rax)
	ret
END f
	ALT_ENTRY 1, .Lold, 1, .Lnew+1, 1
	.section .altinstr_replacement, "ax"
.Lnew:	nopl 0(%rax)

#: objtool --disas=f
#: series 7.2..
#: listing ..
# The targets of a jump table have no names in a listing.
.include "kernel.inc"

FUNC f
	mov .Ltable(,%rax,8), %rax
	jmp *%rax
.Lone:	ret
.Ltwo:	ret
END f
	.section .rodata, "a"
.Ltable:
	.quad .Lone, .Ltwo

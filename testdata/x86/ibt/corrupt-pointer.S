#: objtool --ibt --link
#: series 6.1..
# An address relative to the instruction is in the middle of another one.
.include "kernel.inc"

FUNC f
	lea .Lx+1(%rip), %rax
.Lx:	mov $1, %eax
	ret
END f

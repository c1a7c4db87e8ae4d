#: objtool --orc --stackval
# iret in a function is an iret to itself: it pops five words and goes on.
.include "kernel.inc"

FUNC f
	pushq %rax
	pushq %rax
	pushfq
	pushq %rax
	pushq $1f
	iretq
1:	ret
END f

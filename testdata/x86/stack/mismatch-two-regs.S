#: objtool --orc
# Two registers differ, in code without a symbol, which is warned about each time.
.include "kernel.inc"

	HINT FUNC
	je 1f
	push %rbx
	push %r12
	jmp 2f
1:	push %r12
	push %rbx
2:	pop %rax
	pop %rax
	ret
FUNC f
	ret
END f

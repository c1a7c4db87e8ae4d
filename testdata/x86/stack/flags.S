#: objtool --orc
# pushf and popf, immediate and memory operands, segment registers.
.include "kernel.inc"

FUNC f
	pushfq
	push $5
	push (%rax)
	push %fs
	pop %fs
	pop (%rax)
	add $8, %rsp
	popfq
	ret
END f

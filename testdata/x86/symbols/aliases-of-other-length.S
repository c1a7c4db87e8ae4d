#: objtool --orc
# Two functions at one place. In 6.6 the shorter one, which comes later, stands for both, and what is behind it has no symbol.
.include "kernel.inc"

FUNC f
	.globl g
	.type g, @function
g:	ret
	.size g, . - g
	nopl (%rax)
	mov %rax, %rbx
	mov %rax, %rbx
END f

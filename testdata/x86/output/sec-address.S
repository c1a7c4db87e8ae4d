#: objtool --orc --sec-address --link --ibt
#: series 6.1..
# The place in the section is added where a symbol was named.
.include "kernel.inc"

FUNC f
	ret
END f
FUNC g
	mov $f, %eax
	push %rax
	ret
END g
	.data
	.quad f
	.globl named
	.type named, @object
named:	.quad f
	.size named, 8

#: objtool --uaccess --link
# An empty symbol inside another one: whether there is a hole depends on how the tree of symbols is balanced.
.include "kernel.inc"

	.type f, @object
f:
inner1:
inner2:
	ret
	.size f, . - f

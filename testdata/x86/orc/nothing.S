#: objtool --orc
# No code: no table, and 7.3 wants a symbol at least.
.include "kernel.inc"

	.data
	.quad 1

#: objtool --orc
#: objcopy --strip-all
# No symbol table, and nothing that needs one.
	.data
	.quad 1

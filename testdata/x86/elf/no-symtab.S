#: objtool --orc
#: objcopy --strip-all
# No symbol table.
	nop
	ret

#: objtool --prefix=16 --orc
#: series 6.6..
# 6.12 gives each alias and each binding a symbol of its own; a local one moves a global symbol to the end.
.include "kernel.inc"

	.skip 16, 0x90
FUNC f
	.weak alias
	.type alias, @function
alias:
	ret
END f
	.size alias, . - alias
	.skip 16, 0x90
LOCAL_FUNC g
	ret
END g

#: objtool --rethunk --unret --link
# Together with the check for naked returns, which looks at functions and so says nothing here.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	HINT FUNC
	ret

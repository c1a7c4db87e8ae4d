#: objtool --uaccess
# Closed where it is not open: a finding in functions, not in other code.
.include "kernel.inc"

FUNC f
	clac
	ret
END f
code:
	HINT FUNC
	clac
	ret

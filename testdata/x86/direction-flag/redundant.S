#: objtool --orc
# Cleared where it is not set: a finding in functions, not in other code.
.include "kernel.inc"

FUNC f
	cld
	ret
END f
code:
	HINT FUNC
	cld
	ret

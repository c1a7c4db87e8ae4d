#: objtool check --backup
#: series ..5.15
# 5.10 has no such option.
.include "kernel.inc"

FUNC f
	ret
END f

#: objtool --ibt --link --module
#: series 6.1..
# As does the unloader; what an alias is called does not count.
.include "kernel.inc"

FUNC other
	endbr64
	ret
END other
FUNC cleanup_module
	endbr64
	ret
END cleanup_module

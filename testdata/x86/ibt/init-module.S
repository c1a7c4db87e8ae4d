#: objtool --ibt --link --module
#: series 6.1..
# The module loader finds this function by its name.
.include "kernel.inc"

FUNC init_module
	endbr64
	ret
END init_module

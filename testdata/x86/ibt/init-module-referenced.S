#: objtool --ibt --link --module
#: series 6.1..
# A reference keeps the landing pad.
.include "kernel.inc"

FUNC init_module
	endbr64
	ret
END init_module
	.data
	.quad init_module

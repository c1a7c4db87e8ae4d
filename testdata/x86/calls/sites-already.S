#: objtool --rethunk --hacks=skylake
# The file has been processed before.
.include "kernel.inc"

FUNC f
	call ext
	ret
END f
	.section .call_sites, "a"
	.long 0

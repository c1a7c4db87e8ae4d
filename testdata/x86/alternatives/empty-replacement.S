#: objtool --orc
# Replaced by nothing: NOPs up to the original's length.
.include "kernel.inc"

FUNC f
	ALT 1, "call ext", ""
	ret
END f

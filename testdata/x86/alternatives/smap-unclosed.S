#: objtool --uaccess
# Opened and never closed.
.include "kernel.inc"

FUNC f
	ALT .LSMAP, "", "stac"
	ret
END f

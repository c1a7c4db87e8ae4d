#: objtool --uaccess --orc
# User access is opened and closed by alternatives: the NOPs are no way through.
.include "kernel.inc"

FUNC f
	ALT .LSMAP, "", "stac"
	nop
	ALT .LSMAP, "", "clac"
	ret
END f

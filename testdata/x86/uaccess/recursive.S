#: objtool --uaccess
# Opened twice; the first finding ends the way.
.include "kernel.inc"

FUNC f
	stac
	stac
	clac
	ret
END f

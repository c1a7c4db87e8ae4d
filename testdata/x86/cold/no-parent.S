#: objtool --orc
# An unlikely part without a parent: the file counts as one that cannot be opened.
.include "kernel.inc"

LOCAL_FUNC f.cold
	ret
END f.cold

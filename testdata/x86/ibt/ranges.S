#: objtool --ibt --link
#: series 6.1..
# The address behind a function with a landing pad, or one that may have none, is the end of a range.
.include "kernel.inc"

FUNC exempt
	ANNOTATE NOENDBR
	ret
END exempt
FUNC landing
	endbr64
	ret
END landing
FUNC behind
	ret
END behind
FUNC refers
	endbr64
	mov $landing, %eax
	mov $behind, %eax
	ret
END refers

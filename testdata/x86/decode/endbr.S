#: objtool --uaccess --ibt --link
#: series 6.1..
# Landing pads at the start and inside of a function; only the one at the start is sealed.
.include "kernel.inc"

FUNC f
	endbr64
	ret
END f
FUNC g
	endbr64
	jmp 1f
1:	endbr64
	ret
END g

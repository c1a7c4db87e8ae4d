#: objtool --retpoline --rethunk
# A return that does not go through the thunk.
.include "kernel.inc"

FUNC f
	ret
END f

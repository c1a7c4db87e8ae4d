#: objtool --orc
# A replacement that is a function by itself. Since 7.2 it is one, and the original runs into it.
.include "kernel.inc"

FUNC f
	ALT 7, nop, ".type g, @function; g: nop; .size g, 1"
	ret
END f

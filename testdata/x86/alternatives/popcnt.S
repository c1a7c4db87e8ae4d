#: objtool --stackval
# 6.12 takes the replacement for granted.
.include "kernel.inc"

FUNC f
	ALT .LPOPCNT, "call ext", "popcnt %edi, %eax"
	ret
END f

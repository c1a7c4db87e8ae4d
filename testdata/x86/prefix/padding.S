#: objtool --prefix=16 --orc
#: series 6.6..
# 6.12 names the NOPs before a function; 7.3 goes by the tracer's table.
.include "kernel.inc"

	.skip 16, 0x90
FUNC f
	ret
END f
	.skip 15, 0x90
FUNC g
	ret
END g

#: objtool --prefix=16 --orc
#: series 6.6..
# 7.3: the tracer's table also names the place of a prefix symbol that has just been made; that gets one of its own.
.include "kernel.inc"

.Lpad2:
	.skip 16, 0x90
.Lpad:
	.skip 16, 0x90
FUNC f
	ret
END f
	.section __patchable_function_entries, "aw"
	.quad .Lpad, .Lpad2

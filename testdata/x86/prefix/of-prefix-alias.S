#: objtool --prefix=16 --orc
#: series 6.6..
# 7.3: where a function of the same length is already, the new prefix symbol is its alias and stands for it.
.include "kernel.inc"

.Lpad3:
	.skip 16, 0x90
FUNC g
	.skip 16, 0x90
END g
FUNC f
	ret
END f
LOCAL_FUNC h
	ret
END h
	.section __patchable_function_entries, "aw"
	.quad .Lpad3, g, .Lpad3

#: objtool --prefix=16 --orc
#: series 6.6..
# A name that is too long for a prefix: 7.3 leaves it out and says so.
.include "kernel.inc"

.Lpad:
	.skip 16, 0x90
	.altmacro
	.macro LONG name, n
	.if \n
	LONG \name\()_0123456789abcdef, %(\n - 1)
	.else
	FUNC \name
	ret
	END \name
	.endif
	.endm
	LONG f, 30
	.section __patchable_function_entries, "aw"
	.quad .Lpad

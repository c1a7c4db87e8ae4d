#: objtool --prefix=16 --orc
#: series 6.6..
# One for each entry of the tracer's table, by the last alias, whatever the padding is.
.include "kernel.inc"

.Lpad:
	.skip 12, 0x90
	xor %eax, %eax
	.byte 0x66, 0x90
FUNC f
	.globl alias
	.type alias, @function
alias:
	ret
END f
	.size alias, . - alias
.Lpad2:
	.skip 16, 0x90
LOCAL_FUNC g
	ret
END g
	.section __patchable_function_entries, "aw"
	.quad .Lpad, .Lpad2, .Lpad+1

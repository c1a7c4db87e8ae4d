#: objtool --cfi --prefix=16 --rethunk --hacks=skylake
#: series 6.6..
# Where 6.12 finds the table there already, it forgets the calls that it would list next.
.include "kernel.inc"

FUNC f
	call g
	jmp __x86_return_thunk
END f
	.section .cfi_sites, "a"
	.long 0

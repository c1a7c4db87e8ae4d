#: objtool --mcount --static-call --module
# A livepatch module brings its own tables: said nothing about from 7.3 on.
.include "kernel.inc"

	.globl __SCT__x
FUNC f
	call __fentry__
	call __SCT__x
	ret
END f
	.section __mcount_loc, "a"
	.quad 0
	.section .static_call_sites, "aw"
	.quad 0
	.section .modinfo, "a"
	.byte 0
	.asciz "livepatch=Y"

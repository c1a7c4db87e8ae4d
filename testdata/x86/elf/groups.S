#: objtool --orc --retpoline --static-call
# Functions in groups, whose signatures are among the symbols that move.
.include "kernel.inc"

	.section .text.a, "axG", @progbits, a, comdat
	.weak a
	.type a, @function
a:	call __SCT__x
	ret
END a
	.section .text.b, "axG", @progbits, b, comdat
	.weak b
	.type b, @function
b:	call __x86_indirect_thunk_rax
	ret
END b
	.section .text.c, "axG", @progbits, c, comdat
	.local c
LOCAL_FUNC c_func
	ret
END c_func
	.section .data, "aw"
	.globl __SCK__x
__SCK__x:
	.quad 0

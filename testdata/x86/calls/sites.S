#: objtool --rethunk --hacks=skylake
# Ordinary calls are listed: not those of init code, thunks, static calls or the tracer.
.include "kernel.inc"

FUNC f
	call ext
	call __x86_indirect_thunk_rax
	call __SCT__x
	call g
	ret
END f
FUNC g
	ret
END g
	.section .init.text, "ax"
FUNC h
	call ext
	ret
END h

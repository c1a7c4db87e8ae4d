#: objtool --mcount --orc
#: series 5.15..
# Calls of the function tracer are listed.
.include "kernel.inc"

FUNC f
	call __fentry__
	ret
END f
	.section .init.text, "ax"
FUNC g
	call __fentry__
	ret
END g

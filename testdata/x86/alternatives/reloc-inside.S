#: objtool --orc
# A replacement refers to something else in its middle.
.include "kernel.inc"

FUNC f
	ALT 1, "nopl (%rax)", "nop; mov ext(%rip), %rax"
	ret
END f

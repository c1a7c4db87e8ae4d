#: objtool --orc
# A replacement that is shorter than the original code, and one that is longer: that one is padded.
.include "kernel.inc"

FUNC f
	ALT 1, "nopl 0(%rax)", "nop"
	ALT 1, "nop", "nopl 0(%rax)"
	ret
END f

#: objtool --orc --ibt --link
#: series 6.1..
# What fills the first replacement stands where the second one is, with its relocation, which is not the filler's.
.include "kernel.inc"

FUNC f
	ret
END f
FUNC g
	endbr64
	ALT 1, "nopl 0x12345678(%rax); nopl 0x12345678(%rax)", "nop"
	ALT 1, "nopl 0x12345678(%rax)", "lea f(%rip), %rax"
	ret
END g

#: objtool --orc
# Without --uaccess 6.12 does not look at such replacements.
.include "kernel.inc"

FUNC f
	ALT .LSMAP, "nopl 0(%rax)", "push %rax; nop; nop"
	ret
END f

#: objtool --uaccess
# User access is remembered across pushf and popf in alternatives.
.include "kernel.inc"

FUNC f
	ALT .LSMAP, "", "stac"
	ALT .LSMAP, "nop; nop; nop", "pushfq; pop %rax; nop"
	ALT .LSMAP, "", "clac"
	call ext
	ret
END f

#: objtool --uaccess
# Only so many pushf can be remembered.
.include "kernel.inc"

FUNC f
	ALT 9, "", ".rept 40; pushfq; .endr"
	ret
END f

#: objtool --uaccess
# What user_access_save() and user_access_restore() are: `popf` brings back what `pushf` has seen. 6.12 leaves out what
# 7.3 looks at, since there the mark is for all code at that place.
.include "kernel.inc"

FUNC __asan_load8_noabort
	ANNOTATE IGNORE_ALTS
	ALT 1, "nop", "pushf; pop %rax; clac"
	ANNOTATE IGNORE_ALTS
	ALT 1, "nop", "push %rax; popf"
	ret
END __asan_load8_noabort

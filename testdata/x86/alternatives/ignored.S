#: objtool --uaccess --orc
# An alternative that is not to be looked at: before 7.3 the mark is on the site, since then on a group.
.include "kernel.inc"

FUNC f
.Lold:
	ALT 1, "nop", "stac"
	ANNOTATE_AT IGNORE_ALTS, .Lold
	ret
END f

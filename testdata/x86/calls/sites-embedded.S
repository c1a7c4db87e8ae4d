#: objtool --rethunk --hacks=skylake --static-call --mcount
# From 7.3 on calls of code inside instructions are no call sites.
.include "kernel.inc"

FUNC f
	call __fentry__
	call srso_safe_ret
	call srso_alias_safe_ret
	ret
END f

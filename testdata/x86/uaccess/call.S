#: objtool --uaccess
# With user access open only functions on the list may be called, by whatever kind of call.
.include "kernel.inc"

FUNC direct
	stac
	call __ubsan_handle_add_overflow
	call memset_orig
	call g
	clac
	ret
END direct
FUNC tail
	stac
	jmp g
END tail
FUNC indirect
	stac
	call *%rax
	clac
	ret
END indirect
FUNC fentry
	stac
	call __fentry__
	clac
	ret
END fentry

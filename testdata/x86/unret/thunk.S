#: objtool --noinstr --unret --link
# A jump to the return thunk counts as a return, one to a thunk of an indirect branch as such a branch.
.include "kernel.inc"

entry:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	jmp __x86_return_thunk
second:
	HINT UNDEFINED
	ANNOTATE UNRET_BEGIN
	nop
	call __x86_indirect_thunk_rax
	ud2

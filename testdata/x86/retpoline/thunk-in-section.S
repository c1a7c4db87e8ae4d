#: objtool --retpoline --orc
#: crashes 6.12..
# In the same section no relocation is left, which the originals count on.
.include "kernel.inc"

FUNC __x86_indirect_thunk_rax
	ANNOTATE RETPOLINE_SAFE
	jmp *%rax
END __x86_indirect_thunk_rax
FUNC f
	jmp __x86_indirect_thunk_rax
END f

#: objtool --orc --ibt --link
#: series 6.1..
# It has one, or says that it needs none, or is local.
.include "kernel.inc"

	.globl entry, entry2
entry:
	HINT REGS_PARTIAL, SP
	endbr64
	iretq
	.size entry, . - entry
entry2:
	HINT REGS_PARTIAL, SP
	ANNOTATE NOENDBR
	iretq
	.size entry2, . - entry2
entry3:
	HINT REGS_PARTIAL, SP
	iretq
	.size entry3, . - entry3

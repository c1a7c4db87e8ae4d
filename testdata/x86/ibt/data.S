#: objtool --ibt --link
#: series 6.1..
# Data that holds such an address; some sections may.
.include "kernel.inc"

FUNC bare
	ret
END bare
FUNC landing
	endbr64
	ret
END landing
	.data
	.globl table
table:
	.quad bare
	.quad landing
	.quad bare+1
	.section .rodata, "a"
	.quad bare
	.section .debug_x, ""
	.quad bare
	.section .discard.x, "aw"
	.quad bare
	.section .discard.ibt_endbr_noseal, "aw"
	.quad bare
	.section .initcall4.init, "a"
	.quad bare
	.section __ex_table, "a"
	.section __bug_table, "aw"
	.quad bare
	.section __mcount_loc, "a"
	.quad bare
	.section .return_sites, "a"
	.quad bare
	.section .llvm.call-graph-profile, ""
	.quad bare
	.section not_loaded, ""
	.quad bare

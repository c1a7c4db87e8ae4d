#: objtool --ibt --link
#: series 6.1..
# Every data section that some release lets refer to functions without a landing pad, and some with names that are alike.
.include "kernel.inc"

FUNC f
	ret
END f

	.macro REFERENCE section
	.section "\section", "a"
	.quad f
	.endm

	REFERENCE .discard
	REFERENCE .discard.ibt_endbr_noseal
	REFERENCE .debugging
	REFERENCE .altinstructions
	REFERENCE .ibt_endbr_seal
	REFERENCE .kcfi_traps
	REFERENCE .orc_unwind_ip
	REFERENCE .retpoline_sites
	REFERENCE .static_call_sites
	REFERENCE _error_injection_whitelist
	REFERENCE _kprobe_blacklist
	REFERENCE __bug_table
	REFERENCE __ex_table
	REFERENCE __jump_table
	REFERENCE .init.klp_funcs
	REFERENCE __mcount_loc
	REFERENCE .llvm.call-graph-profile
	REFERENCE .llvm_bb_addr_map
	REFERENCE __tracepoints
	REFERENCE .return_sites
	REFERENCE .call_sites
	REFERENCE __patchable_function_entries
	REFERENCE .parainstructions
	REFERENCE .smp_locks
	REFERENCE .discard.other
	REFERENCE .smp_locks.other
	REFERENCE __bug_table2
	REFERENCE .init.klp_objects
	REFERENCE .rodata

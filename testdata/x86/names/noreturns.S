#: objtool --orc
# Every name that some release takes for a function which does not return. What follows the call of one that a release does
# not know is the end of the section.
.include "kernel.inc"

	.macro CALLER name
	.section .text.\name, "ax"
FUNC calls_\name
	push %rax
	call \name
END calls_\name
	.endm

	CALLER __fortify_panic
	CALLER __ia32_sys_exit
	CALLER __ia32_sys_exit_group
	CALLER __invalid_creds
	CALLER __kunit_abort
	CALLER __module_put_and_exit
	CALLER __module_put_and_kthread_exit
	CALLER __reiserfs_panic
	CALLER __stack_chk_fail
	CALLER __tdx_hypercall_failed
	CALLER __ubsan_handle_builtin_unreachable
	CALLER __x64_sys_exit
	CALLER __x64_sys_exit_group
	CALLER acpi_processor_ffh_play_dead
	CALLER arch_call_rest_init
	CALLER arch_cpu_idle_dead
	CALLER bch2_trans_in_restart_error
	CALLER bch2_trans_restart_error
	CALLER bch2_trans_unlocked_error
	CALLER bch2_trans_unlocked_or_in_restart_error
	CALLER complete_and_exit
	CALLER cpu_bringup_and_idle
	CALLER cpu_startup_entry
	CALLER do_exit
	CALLER do_group_exit
	CALLER do_task_dead
	CALLER efi_rts_park_worker
	CALLER ex_handler_msr_mce
	CALLER fortify_panic
	CALLER hlt_play_dead
	CALLER hv_ghcb_terminate
	CALLER kthread_complete_and_exit
	CALLER kthread_exit
	CALLER kunit_try_catch_throw
	CALLER lbug_with_loc
	CALLER machine_real_restart
	CALLER make_task_dead
	CALLER mpt_halt_firmware
	CALLER mwait_play_dead
	CALLER native_play_dead
	CALLER nmi_panic_self_stop
	CALLER panic
	CALLER panic_smp_self_stop
	CALLER rest_init
	CALLER rewind_stack_and_make_dead
	CALLER rewind_stack_do_exit
	CALLER rust_begin_unwind
	CALLER rust_helper_BUG
	CALLER sev_es_terminate
	CALLER snp_abort
	CALLER start_kernel
	CALLER stop_this_cpu
	CALLER usercopy_abort
	CALLER vpanic
	CALLER x86_64_start_kernel
	CALLER x86_64_start_reservations
	CALLER xen_cpu_bringup_again
	CALLER xen_start_kernel

#: objtool --orc
# Every end of a Rust function's name by which some release knows that it does not return, and one that lacks the prefix of such
# names.
.include "kernel.inc"

	.macro CALLER nth, name
	.section .text.\nth, "ax"
FUNC calls_\nth
	push %rax
	call \name
END calls_\nth
	.endm

	CALLER 0, _RNv_4core3num20from_str_radix_panic
	CALLER 1, _RNv_4core3num22from_ascii_radix_panic
	CALLER 2, _RNv_4core3num28from_ascii_bytes_radix_panic
	CALLER 3, _RNv_4core3str16slice_error_fail
	CALLER 4, _RNv_4core5sliceSp15copy_from_slice17len_mismatch_fail
	CALLER 5, _RNv_4core6option13expect_failed
	CALLER 6, _RNv_4core6option13unwrap_failed
	CALLER 7, _RNv_4core6result13unwrap_failed
	CALLER 8, _RNv_4core6result13unwrap_failed19unwrap_failed_inner
	CALLER 9, _RNv_4core9panicking5panic
	CALLER 10, _RNv_4core9panicking9panic_fmt
	CALLER 11, _RNv_4core9panicking14panic_explicit
	CALLER 12, _RNv_4core9panicking14panic_nounwind
	CALLER 13, _RNv_4core9panicking18panic_bounds_check
	CALLER 14, _RNv_4core9panicking18panic_nounwind_fmt
	CALLER 15, _RNv_4core9panicking19assert_failed_inner
	CALLER 16, _RNv_4core9panicking30panic_null_pointer_dereference
	CALLER 17, _RNv_4core9panicking32panic_null_reference_constructed
	CALLER 18, _RNv_4core9panicking36panic_misaligned_pointer_dereference
	CALLER 19, _RNv_7___rustc17rust_begin_unwind
	CALLER 20, _RNv_fail
	CALLER 21, _RNv_4core9panicking13assert_failed
	CALLER 22, _RNv_4core9panicking11panic_const24panic_const_
	CALLER 23, _RNv_4core5slice5index
	CALLER 24, _RNvslice_
	CALLER none, no_prefix_4core3num20from_str_radix_panic
	CALLER index, _RNv_4core5slice5index_slice_index_fail
	CALLER unwrap, _RNv_4core5slice5index_slice_index_fail_not

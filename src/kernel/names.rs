// SPDX-License-Identifier: GPL-2.0-only

//! Names that the tools know by heart: facts of the kernels' interfaces.
//!
//! Where there is a source tree, its own lists count: stable releases change them all the time, and a list that is read
//! cannot be wrong about it. The tables are for runs without a tree.

use std::borrow::Cow;
use std::sync::Arc;

use super::probe::File;
use super::probe::Texts;
use super::releases::In;
use super::releases::Point;

/// A list of names.
pub type NameList = Arc<[Cow<'static, str>]>;

/// The lists that one kernel's objtool has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Global functions that never return; sorted.
    pub noreturns: NameList,
    /// Suffixes of Rust functions that never return.
    pub rust_noreturn_suffixes: NameList,
    /// Functions that may run with user access open.
    pub uaccess_safe: NameList,
    /// Names of data sections whose text references do not count for IBT.
    pub ibt_ignored: NameList,
    /// Parts of names that exempt a section anywhere in the name.
    pub ibt_ignored_parts: NameList,
}

/// Names with the releases that have them.
type Group = (In, &'static [&'static str]);

/// A longer list is none that a kernel has.
const MOST: usize = 4096;

/// What the lists in a tree's sources begin with, in the order of [`Marks`].
pub const MARKS: [(File, &str); 4] = [
    (File::Check, "global_noreturns[] = {"),
    (File::Check, "*uaccess_safe_builtin[] = {"),
    (File::Check, "static bool is_rust_noreturn("),
    (File::Check, "static int validate_ibt("),
];

/// Where the lists in a tree's sources begin.
pub type Marks = [Option<usize>; MARKS.len()];

impl Names {
    /// Whether the lists have the same names, in any order.
    pub fn are_those_of(&self, other: &Self) -> bool {
        let lists = |names: &Self| {
            let lists =
                [&names.rust_noreturn_suffixes, &names.uaccess_safe, &names.ibt_ignored, &names.ibt_ignored_parts];
            lists.map(|list| sorted(list.to_vec()))
        };
        self.noreturns == other.noreturns && lists(self) == lists(other)
    }

    /// The lists of a stable release that was compared.
    pub fn of_point(point: &Point) -> Self {
        let (parts, ignored): (Vec<_>, Vec<_>) = of(IBT_IGNORED, point).partition(|name| name.starts_with('*'));
        Self {
            noreturns: sorted(of(NORETURNS, point).collect()),
            rust_noreturn_suffixes: of(RUST_NORETURN_SUFFIXES, point).collect(),
            uaccess_safe: of(UACCESS_SAFE, point).collect(),
            ibt_ignored: ignored.into(),
            ibt_ignored_parts: parts.iter().map(|name| name.trim_start_matches('*').to_owned().into()).collect(),
        }
    }

    /// The lists of a tree, whose `noreturns` are in a file of their own; what is not found there stays as in `self`.
    pub fn or_of_tree(mut self, texts: &Texts, marks: Marks, noreturns: Option<Vec<String>>) -> Self {
        let [of_noreturns, of_uaccess, of_rust, of_ibt] = marks;
        let text = |mark: Option<usize>, end| until(texts.get(File::Check).get(mark?..)?, end);
        if let Some(names) = noreturns.or_else(|| quoted(text(of_noreturns, "};")?, "\"")) {
            self.noreturns = sorted(names.into_iter().map(Cow::Owned).collect());
        }
        if let Some(names) = text(of_uaccess, "};").and_then(|list| quoted(list, "\"")) {
            self.uaccess_safe = owned(names);
        }
        // What stands in brackets asks for more than the end of a name.
        let rust = text(of_rust, "\n}").map(|body| until(body, "(strstr(").unwrap_or(body));
        if let Some(names) = rust.and_then(|body| quoted(body, "str_ends_with(func->name, \"")) {
            self.rust_noreturn_suffixes = owned(names);
        }
        let ibt = text(of_ibt, "\n}");
        if let Some(names) = ibt.and_then(|body| quoted(body, "!strcmp(sec->name, \"")) {
            self.ibt_ignored = owned(names);
            self.ibt_ignored_parts =
                owned(ibt.and_then(|body| quoted(body, "strstr(sec->name, \"")).unwrap_or_default());
        }
        self
    }
}

/// The text up to `end`; `None` if that is not there.
fn until<'a>(text: &'a [u8], end: &str) -> Option<&'a [u8]> {
    text.get(..memchr::memmem::find(text, end.as_bytes())?)
}

/// The texts in quotes behind `before`, which ends with one; `None` if there are none.
fn quoted(text: &[u8], before: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', text.get(at..)?) {
        at += quote + 1;
        if text.get(..at)?.ends_with(before.as_bytes()) {
            let behind = text.get(at..)?;
            let name = behind.get(..memchr::memchr(b'"', behind)?)?;
            at += name.len() + 1;
            names.push(std::str::from_utf8(name).ok().filter(|name| is_name(name))?.to_owned());
        }
    }
    (!names.is_empty() && names.len() <= MOST).then_some(names)
}

/// Whether this can be the name of a symbol or a section.
pub fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'-');
    !name.is_empty() && name.bytes().all(is_part)
}

fn of(groups: &'static [Group], point: &Point) -> impl Iterator<Item = Cow<'static, str>> {
    let groups = groups.iter().filter(|(points, _)| points.contains(point.bit));
    groups.flat_map(|(_, names)| names.iter().map(|name| Cow::Borrowed(*name)))
}

fn owned(names: Vec<String>) -> NameList {
    names.into_iter().map(Cow::Owned).collect()
}

fn sorted(mut names: Vec<Cow<'static, str>>) -> NameList {
    names.sort_unstable();
    names.into()
}

/// Global functions that never return.
const NORETURNS: &[Group] = &[
    (
        In::SINCE_6_6,
        &[
            "__kunit_abort",
            "arch_cpu_idle_dead",
            "hlt_play_dead",
            "hv_ghcb_terminate",
            "mpt_halt_firmware",
            "nmi_panic_self_stop",
            "panic_smp_self_stop",
            "rest_init",
            "start_kernel",
            "x86_64_start_kernel",
            "x86_64_start_reservations",
            "xen_cpu_bringup_again",
        ],
    ),
    (
        In::SINCE_6_12,
        &[
            "__fortify_panic",
            "__ia32_sys_exit",
            "__ia32_sys_exit_group",
            "__tdx_hypercall_failed",
            "__x64_sys_exit",
            "__x64_sys_exit_group",
            "bch2_trans_in_restart_error",
            "bch2_trans_restart_error",
            "rust_begin_unwind",
            "rust_helper_BUG",
        ],
    ),
    (
        In::ALL,
        &[
            "__stack_chk_fail",
            "cpu_bringup_and_idle",
            "do_exit",
            "do_task_dead",
            "kunit_try_catch_throw",
            "machine_real_restart",
            "panic",
            "usercopy_abort",
            "xen_start_kernel",
        ],
    ),
    (
        In::SINCE_6_1,
        &[
            "__ubsan_handle_builtin_unreachable",
            "cpu_startup_entry",
            "do_group_exit",
            "ex_handler_msr_mce",
            "kthread_complete_and_exit",
            "sev_es_terminate",
        ],
    ),
    (
        In::SINCE_6_18,
        &["acpi_processor_ffh_play_dead", "bch2_trans_unlocked_or_in_restart_error", "mwait_play_dead", "vpanic"],
    ),
    (In::ALL.difference(In::V5_15_85), &["make_task_dead", "rewind_stack_and_make_dead", "stop_this_cpu"]),
    (In::SINCE_6_1.union(In::V5_10), &["__module_put_and_kthread_exit", "kthread_exit"]),
    (In::V6_1, &["__invalid_creds"]),
    (In::SINCE_6_1.intersection(In::UP_TO_6_12), &["snp_abort"]),
    (In::V6_12, &["bch2_trans_unlocked_error"]),
    (In::V6_6_ANDROID.union(In::V6_6), &["arch_call_rest_init"]),
    (In::SINCE_7_2, &["native_play_dead"]),
    (In::UP_TO_6_1, &["lbug_with_loc"]),
    (In::UP_TO_6_12, &["__reiserfs_panic"]),
    (In::UP_TO_6_6, &["fortify_panic"]),
    (In::ALL.difference(In::SINCE_6_1), &["complete_and_exit"]),
    (In::V5_15_85, &["rewind_stack_do_exit"]),
    (In::V5_15_85.union(In::V5_15_135), &["__module_put_and_exit"]),
    (In::V7_3, &["efi_rts_park_worker"]),
];

/// Suffixes of Rust functions that never return.
const RUST_NORETURN_SUFFIXES: &[Group] = &[
    (
        In::SINCE_6_12,
        &[
            "_4core5sliceSp15copy_from_slice17len_mismatch_fail",
            "_4core6option13expect_failed",
            "_4core6option13unwrap_failed",
            "_4core6result13unwrap_failed",
            "_4core9panicking14panic_explicit",
            "_4core9panicking14panic_nounwind",
            "_4core9panicking18panic_bounds_check",
            "_4core9panicking18panic_nounwind_fmt",
            "_4core9panicking19assert_failed_inner",
            "_4core9panicking30panic_null_pointer_dereference",
            "_4core9panicking36panic_misaligned_pointer_dereference",
            "_4core9panicking5panic",
            "_4core9panicking9panic_fmt",
            "_7___rustc17rust_begin_unwind",
        ],
    ),
    (
        In::SINCE_7_2,
        &[
            "_4core3num20from_str_radix_panic",
            "_4core3num28from_ascii_bytes_radix_panic",
            "_4core3str16slice_error_fail",
        ],
    ),
    (In::V6_12_117.union(In::SINCE_7_2), &["_4core3num22from_ascii_radix_panic"]),
    (In::V6_12_107.union(In::V6_12_117).union(In::SINCE_7_2), &["_4core9panicking32panic_null_reference_constructed"]),
    (In::V6_12_117.union(In::V7_3), &["_4core6result13unwrap_failed19unwrap_failed_inner"]),
];

/// Functions that may run with user access open.
const UACCESS_SAFE: &[Group] = &[
    (
        In::ALL,
        &[
            "__asan_load16_noabort",
            "__asan_load1_noabort",
            "__asan_load2_noabort",
            "__asan_load4_noabort",
            "__asan_load8_noabort",
            "__asan_loadN_noabort",
            "__asan_report_load16_noabort",
            "__asan_report_load1_noabort",
            "__asan_report_load2_noabort",
            "__asan_report_load4_noabort",
            "__asan_report_load8_noabort",
            "__asan_report_load_n_noabort",
            "__asan_report_store16_noabort",
            "__asan_report_store1_noabort",
            "__asan_report_store2_noabort",
            "__asan_report_store4_noabort",
            "__asan_report_store8_noabort",
            "__asan_report_store_n_noabort",
            "__asan_store16_noabort",
            "__asan_store1_noabort",
            "__asan_store2_noabort",
            "__asan_store4_noabort",
            "__asan_store8_noabort",
            "__asan_storeN_noabort",
            "__kasan_check_read",
            "__kasan_check_write",
            "__kcsan_check_access",
            "__sanitizer_cov_trace_cmp1",
            "__sanitizer_cov_trace_cmp2",
            "__sanitizer_cov_trace_cmp4",
            "__sanitizer_cov_trace_cmp8",
            "__sanitizer_cov_trace_const_cmp1",
            "__sanitizer_cov_trace_const_cmp2",
            "__sanitizer_cov_trace_const_cmp4",
            "__sanitizer_cov_trace_const_cmp8",
            "__sanitizer_cov_trace_pc",
            "__sanitizer_cov_trace_switch",
            "__tsan_atomic16_compare_exchange_strong",
            "__tsan_atomic16_compare_exchange_val",
            "__tsan_atomic16_compare_exchange_weak",
            "__tsan_atomic16_exchange",
            "__tsan_atomic16_fetch_add",
            "__tsan_atomic16_fetch_and",
            "__tsan_atomic16_fetch_nand",
            "__tsan_atomic16_fetch_or",
            "__tsan_atomic16_fetch_sub",
            "__tsan_atomic16_fetch_xor",
            "__tsan_atomic16_load",
            "__tsan_atomic16_store",
            "__tsan_atomic32_compare_exchange_strong",
            "__tsan_atomic32_compare_exchange_val",
            "__tsan_atomic32_compare_exchange_weak",
            "__tsan_atomic32_exchange",
            "__tsan_atomic32_fetch_add",
            "__tsan_atomic32_fetch_and",
            "__tsan_atomic32_fetch_nand",
            "__tsan_atomic32_fetch_or",
            "__tsan_atomic32_fetch_sub",
            "__tsan_atomic32_fetch_xor",
            "__tsan_atomic32_load",
            "__tsan_atomic32_store",
            "__tsan_atomic64_compare_exchange_strong",
            "__tsan_atomic64_compare_exchange_val",
            "__tsan_atomic64_compare_exchange_weak",
            "__tsan_atomic64_exchange",
            "__tsan_atomic64_fetch_add",
            "__tsan_atomic64_fetch_and",
            "__tsan_atomic64_fetch_nand",
            "__tsan_atomic64_fetch_or",
            "__tsan_atomic64_fetch_sub",
            "__tsan_atomic64_fetch_xor",
            "__tsan_atomic64_load",
            "__tsan_atomic64_store",
            "__tsan_atomic8_compare_exchange_strong",
            "__tsan_atomic8_compare_exchange_val",
            "__tsan_atomic8_compare_exchange_weak",
            "__tsan_atomic8_exchange",
            "__tsan_atomic8_fetch_add",
            "__tsan_atomic8_fetch_and",
            "__tsan_atomic8_fetch_nand",
            "__tsan_atomic8_fetch_or",
            "__tsan_atomic8_fetch_sub",
            "__tsan_atomic8_fetch_xor",
            "__tsan_atomic8_load",
            "__tsan_atomic8_store",
            "__tsan_atomic_signal_fence",
            "__tsan_atomic_thread_fence",
            "__tsan_func_entry",
            "__tsan_func_exit",
            "__tsan_read1",
            "__tsan_read16",
            "__tsan_read2",
            "__tsan_read4",
            "__tsan_read8",
            "__tsan_read_range",
            "__tsan_read_write1",
            "__tsan_read_write16",
            "__tsan_read_write2",
            "__tsan_read_write4",
            "__tsan_read_write8",
            "__tsan_write1",
            "__tsan_write16",
            "__tsan_write2",
            "__tsan_write4",
            "__tsan_write8",
            "__tsan_write_range",
            "__ubsan_handle_shift_out_of_bounds",
            "__ubsan_handle_type_mismatch",
            "__ubsan_handle_type_mismatch_v1",
            "check_kcov_mode",
            "copy_mc_enhanced_fast_string",
            "copy_mc_fragile",
            "copy_mc_fragile_handle_tail",
            "csum_partial_copy_generic",
            "ftrace_likely_update",
            "kasan_report",
            "kcsan_check_scoped_accesses",
            "kcsan_disable_current",
            "kcsan_enable_current_nowarn",
            "kcsan_found_watchpoint",
            "kcsan_setup_watchpoint",
            "ubsan_type_mismatch_common",
            "write_comp_data",
        ],
    ),
    (
        In::SINCE_6_1,
        &[
            "__kcsan_mb",
            "__kcsan_release",
            "__kcsan_rmb",
            "__kcsan_wmb",
            "__msan_chain_origin",
            "__msan_get_context_state",
            "__msan_instrument_asm_store",
            "__msan_metadata_ptr_for_load_1",
            "__msan_metadata_ptr_for_load_2",
            "__msan_metadata_ptr_for_load_4",
            "__msan_metadata_ptr_for_load_8",
            "__msan_metadata_ptr_for_load_n",
            "__msan_metadata_ptr_for_store_1",
            "__msan_metadata_ptr_for_store_2",
            "__msan_metadata_ptr_for_store_4",
            "__msan_metadata_ptr_for_store_8",
            "__msan_metadata_ptr_for_store_n",
            "__msan_poison_alloca",
            "__msan_warning",
            "kmsan_copy_to_user",
            "kmsan_report",
            "kmsan_unpoison_entry_regs",
            "kmsan_unpoison_memory",
        ],
    ),
    (
        In::ALL.difference(In::V5_15_85),
        &[
            "__tsan_unaligned_read16",
            "__tsan_unaligned_write16",
            "__tsan_volatile_read1",
            "__tsan_volatile_read16",
            "__tsan_volatile_read2",
            "__tsan_volatile_read4",
            "__tsan_volatile_read8",
            "__tsan_volatile_write1",
            "__tsan_volatile_write16",
            "__tsan_volatile_write2",
            "__tsan_volatile_write4",
            "__tsan_volatile_write8",
        ],
    ),
    (In::V6_1, &["clear_user_erms", "clear_user_original", "clear_user_rep_good"]),
    (In::SINCE_6_12, &["__stack_chk_fail", "kmsan_disable_current", "kmsan_enable_current"]),
    (In::SINCE_6_6, &["__ubsan_handle_load_invalid_value", "rep_movs_alternative", "rep_stos_alternative"]),
    (In::SINCE_5_15, &["kasan_check_range"]),
    (In::SINCE_6_18, &["__sanitizer_cov_stack_depth"]),
    (In::SINCE_6_6.intersection(In::UP_TO_6_12), &["stackleak_track_stack"]),
    (In::V5_10, &["check_memory_region"]),
    (In::SINCE_6_12.difference(In::V6_18_2), &["copy_to_nontemporal"]),
    (In::V6_6_ANDROID.union(In::V6_6).union(In::V6_18_2), &["__copy_user_nocache"]),
];

/// Data sections whose text references do not count for IBT; `*` is before a part that counts anywhere in the name.
const IBT_IGNORED: &[Group] = &[
    (
        In::SINCE_6_1,
        &[
            ".altinstructions",
            ".ibt_endbr_seal",
            ".kcfi_traps",
            ".orc_unwind_ip",
            ".retpoline_sites",
            ".static_call_sites",
            "__bug_table",
            "__ex_table",
            "__jump_table",
            "__mcount_loc",
            "_error_injection_whitelist",
            "_kprobe_blacklist",
        ],
    ),
    (In::SINCE_7_2, &[".call_sites", ".init.klp_funcs", ".return_sites", "__patchable_function_entries"]),
    (In::SINCE_6_1.intersection(In::UP_TO_6_18), &["*__patchable_function_entries", ".parainstructions"]),
    (In::SINCE_6_18, &[".llvm_bb_addr_map", "__tracepoints"]),
    (In::SINCE_6_1.difference(In::V7_3), &[".smp_locks"]),
    (In::SINCE_6_18.union(In::V6_6_ANDROID), &[".llvm.call-graph-profile"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "static const char *uaccess_safe_builtin[] = {
	/* KASAN */
	\"kasan_report\",
	NULL
};
static bool is_rust_noreturn(const struct symbol *func)
{
	if (strncmp(func->name, \"_R\", 2))
		return false;
	return str_ends_with(func->name, \"_4core_a\")	||
	       str_ends_with(func->name, \"_4core_b\")	||
	       strstr(func->name, \"_4core_c\")	||
	       (strstr(func->name, \"_4core_d\") &&
		str_ends_with(func->name, \"_e\"));
}
static int validate_ibt(struct objtool_file *file)
{
		if (!strcmp(sec->name, \".altinstructions\")	||
		    strstr(sec->name, \"__patchable_function_entries\"))
			continue;
}
";

    #[test]
    fn lists_are_read_from_the_text() {
        let texts = Texts::of(File::Check, CHECK);
        let marks = super::super::probe::look(&texts, &[], &MARKS).marks.try_into().expect("one for each");
        let newest = Names::of_point(super::super::Series::NEWEST.release().newest());
        let names = newest.clone().or_of_tree(&texts, marks, None);
        assert_eq!(*names.uaccess_safe, ["kasan_report"]);
        assert_eq!(*names.rust_noreturn_suffixes, ["_4core_a", "_4core_b"]);
        assert_eq!(*names.ibt_ignored, [".altinstructions"]);
        assert_eq!(*names.ibt_ignored_parts, ["__patchable_function_entries"]);
        assert_eq!(names.noreturns, newest.noreturns);
        assert_eq!(quoted(b"x[] = {\"a b\"};", "\""), None);
        assert_eq!(quoted(b"x[] = {\"a};", "\""), None);
        assert_eq!(quoted(b"x[] = {}", "\""), None);
    }

    #[test]
    fn tables_have_what_the_newest_has() {
        let names = Names::of_point(super::super::Series::NEWEST.release().newest());
        assert!(names.noreturns.is_sorted() && names.noreturns.iter().any(|name| name == "panic"));
        assert!(names.ibt_ignored.iter().any(|name| name == "__patchable_function_entries"));
        assert!(names.ibt_ignored_parts.is_empty() && !names.uaccess_safe.is_empty());
    }
}

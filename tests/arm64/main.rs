// SPDX-License-Identifier: GPL-2.0-only

//! Each check of arm64 objects catches its fault: a good object is damaged in one place, and exactly the one finding appears.

#[path = "../common/mod.rs"]
mod common;
mod damaged;
mod runs;

use common::damaged::SH_ALIGN;
use common::damaged::SH_FLAGS;
use common::damaged::SH_LINK;
use common::damaged::SH_SIZE;
use damaged::NONE;
use damaged::Object;

const NOP: u32 = 0xd503_201f;
const RET: u32 = 0xd65f_03c0;
const ENTRIES: &str = "__patchable_function_entries";
const OBJECTS: [&str; 7] =
    ["mcount-before.o", "mcount-start.o", "static-call.o", "pads.o", "patched.o", "early.o", "branches.o"];

#[test]
fn whole_objects_have_no_findings() {
    for name in OBJECTS {
        assert_eq!(Object::whole(name).findings(), [], "{name}");
    }
}

#[test]
fn mcount_entries_are_8_bytes_before_functions() {
    let whole = || Object::whole("mcount-before.o");
    whole().shift(ENTRIES, 8, 4).expect("arm64-mcount-no-entry");
    whole().shift(ENTRIES, 8, -4).expect("arm64-mcount-no-entry");
    whole().shift(ENTRIES, 8, 8).expect("arm64-mcount-wrong-offset");
    whole().insn_of("second", -8, 0).expect("arm64-mcount-not-nops");
    whole().insn_of("second", -4, RET).expect("arm64-mcount-not-nops");
    whole().insn_of("second", 4, RET).expect("arm64-mcount-not-nops");
    whole().insn_of("third", 0, NOP + 0x20).expect("arm64-mcount-not-nops");
    whole().insn_of("third", 8, RET).expect("arm64-mcount-not-nops");
    whole().lose(ENTRIES, 8).expect("arm64-mcount-no-code");
    whole().retarget(ENTRIES, 8, "key").expect("arm64-mcount-no-code");
    whole().header(".text", SH_ALIGN, |_| 4).expect_all(&["arm64-mcount-misaligned"; 4]);
    whole().header(ENTRIES, SH_SIZE, |size| size - 4).expect("arm64-table-size");
}

#[test]
fn mcount_entries_are_complete_sorted_and_unique() {
    let whole = || Object::whole("mcount-before.o");
    let distance = whole().symbol("second").cast_signed() - whole().symbol("first").cast_signed();
    whole().shift(ENTRIES, 8, -distance).expect("arm64-mcount-twice");
    whole().shift(ENTRIES, 0, distance).shift(ENTRIES, 8, -distance).expect("arm64-mcount-unsorted");
    whole().header(ENTRIES, SH_SIZE, |size| size - 16).expect("arm64-mcount-missing");
    // The function whose NOPs belong to static branches is one that nobody says so of.
    whole().rename("__jump_table", "__jump_tabl_").expect("arm64-mcount-missing");
    whole().header(ENTRIES, SH_LINK, |link| link + 1).expect("arm64-mcount-link-order");
}

#[test]
fn mcount_entries_are_at_the_start_of_functions() {
    let whole = || Object::whole("mcount-start.o");
    whole().shift(ENTRIES, 8, 4).expect("arm64-mcount-no-entry");
    whole().shift(ENTRIES, 8, -8).expect("arm64-mcount-wrong-offset");
    whole().shift(ENTRIES, 0, -4).expect("arm64-mcount-not-nops");
    whole().insn_of("second", 0, RET).expect("arm64-mcount-not-nops");
    whole().insn_of("third", 8, RET).expect("arm64-mcount-not-nops");
    whole().header(ENTRIES, SH_SIZE, |size| size - 8).expect("arm64-mcount-missing");
}

#[test]
fn trampolines_can_be_redirected() {
    const TEXT: &str = ".static_call.text";
    let whole = || Object::whole("static-call.o");
    whole().insn(TEXT, 0, NOP).expect("arm64-static-call-shape");
    whole().insn(TEXT, 4, 0x9000_0011).expect("arm64-static-call-shape");
    whole().insn(TEXT, 8, 0xf940_0211).expect("arm64-static-call-shape");
    whole().insn(TEXT, 12, 0xd61f_0220).expect("arm64-static-call-shape");
    whole().shift(TEXT, 8, 8).expect("arm64-static-call-shape");
    whole().lose(TEXT, 4).expect("arm64-static-call-shape");
    whole().header(".rodata", SH_FLAGS, |flags| flags | 1).expect("arm64-static-call-literal");
    whole().header(".rodata", SH_ALIGN, |_| 4).expect("arm64-static-call-literal");
    whole().lose(".rodata", 0).expect("arm64-static-call-literal");
    whole().retarget(".rodata", 0, "__SCK__local").expect("arm64-static-call-literal");
    whole().rename("__SCK__local", "__SCK__other").expect("arm64-static-call-no-key");
}

#[test]
fn functions_whose_address_is_taken_have_pads_and_hashes() {
    let whole = || Object::whole("pads.o");
    for name in ["taken", "taken_as_well", "exported", "made_by_code"] {
        whole().insn_of(name, 0, NOP).expect("arm64-no-landing-pad");
        // bti j is no pad for calls.
        whole().insn_of(name, 0, 0xd503_249f).expect("arm64-no-landing-pad");
    }
    whole().insn_of("taken", -4, NOP).expect("arm64-no-type-hash");
    // Neither is asked of objects that were built otherwise.
    whole().patch(".note.gnu.property", 24, &[2]).expect_all(&[]);
    whole().insn_of("taken", -4, NOP).insn_of("taken_as_well", -4, NOP).expect_all(&[]);
}

#[test]
fn alternatives_fit() {
    const ALT: &str = ".altinstructions";
    let whole = || Object::whole("patched.o");
    whole().patch(ALT, 11, &[4]).expect("arm64-alternative-length");
    whole().patch(ALT, 10, &[6, 6]).expect("arm64-alternative-length");
    whole().patch(ALT, 23, &[4]).expect("arm64-alternative-length");
    whole().retarget(ALT, 0, "key").expect("arm64-alternative-no-code");
    whole().lose(ALT, 4).expect("arm64-alternative-no-code");
    whole().retarget(ALT, 4, "key").expect("arm64-alternative-no-code");
    whole().retarget(ALT, 16, "key").expect("arm64-alternative-no-code");
    whole().header(ALT, SH_SIZE, |size| size - 2).expect("arm64-table-size");
    let replacement = replacement();
    // ldr x0, literal and adr x0.
    whole().insn(".text", replacement, 0x5800_0000).expect("arm64-alternative-own-place");
    whole().insn(".text", replacement + 4, 0x1000_0000).expect("arm64-alternative-own-place");
    // cbz as far as it goes, from a place behind the original.
    whole().insn(".text", replacement, 0xb47f_ffe1).expect("arm64-alternative-out-of-reach");
    // From the instruction behind the label of the branch, into the second instruction of the replacement.
    let from = whole().symbol("code") + 32;
    let words = (replacement + 4 - from) / 4;
    whole().insn(".text", from, 0x1400_0000 | words as u32).expect("arm64-alternative-entered");
}

/// Where the replacement of the first alternative is: behind everything else.
fn replacement() -> u64 {
    let whole = Object::whole("patched.o");
    whole.symbol("callback") + 8
}

#[test]
fn exception_entries_lead_to_code() {
    const TABLE: &str = "__ex_table";
    let whole = || Object::whole("patched.o");
    whole().retarget(TABLE, 0, "key").expect("arm64-extable-no-code");
    whole().retarget(TABLE, 4, "key").expect("arm64-extable-no-code");
    whole().shift(TABLE, 0, 2).expect("arm64-extable-no-code");
    whole().lose(TABLE, 12).expect("arm64-extable-no-code");
    whole().retarget("__kvm_ex_table", 0, "key").expect("arm64-extable-no-code");
    whole().patch(TABLE, 8, &[0]).expect("arm64-extable-type");
    whole().patch(TABLE, 8, &[6]).expect("arm64-extable-type");
    whole().patch(TABLE, 11, &[4]).expect("arm64-extable-data");
    whole().header(TABLE, SH_SIZE, |size| size - 4).expect("arm64-table-size");
}

#[test]
fn jump_labels_are_nops_or_branches() {
    const TABLE: &str = "__jump_table";
    let whole = || Object::whole("patched.o");
    whole().insn_of("code", 8, RET).expect("arm64-jump-label-site");
    whole().insn_of("code", 12, 0x9400_0001).expect("arm64-jump-label-site");
    whole().insn_of("code", 12, 0x1400_0001).expect("arm64-jump-label-target");
    whole().shift(TABLE, 20, -4).expect("arm64-jump-label-target");
    whole().shift(TABLE, 0, -4).expect("arm64-jump-label-site");
    whole().retarget(TABLE, 0, "key").expect("arm64-jump-label-no-code");
    whole().retarget(TABLE, 4, "key").expect("arm64-jump-label-no-code");
    whole().lose(TABLE, 8).expect("arm64-jump-label-key");
    whole().retarget(TABLE, 8, "code").expect("arm64-jump-label-key");
    whole().header(TABLE, SH_SIZE, |size| size - 8).expect("arm64-table-size");
}

#[test]
fn bug_entries_are_at_breakpoints() {
    const TABLE: &str = "__bug_table";
    let whole = || Object::whole("patched.o");
    whole().shift(TABLE, 0, 4).expect("arm64-bug-no-brk");
    whole().shift(TABLE, 0, -4).expect("arm64-bug-no-brk");
    whole().insn_of("code", 28, 0xd421_2000).expect("arm64-bug-no-brk");
    whole().lose(TABLE, 0).expect("arm64-bug-no-code");
    whole().retarget(TABLE, 0, "key").expect("arm64-bug-no-code");
    whole().rename(TABLE, "__bug_tabl_").expect("arm64-bug-unlisted");
    whole().insn_of("code", 32, 0xd421_0000).expect("arm64-bug-unlisted");
}

#[test]
fn early_code_has_no_absolute_addresses() {
    /// `R_AARCH64_MOVW_UABS_G0`.
    const MOVW: u32 = 263;
    let whole = || Object::whole("early.o");
    whole().reloc(".head.text", 0, |kind, _| *kind = MOVW).expect("arm64-early-absolute");
    whole().reloc(".init.text", 0, |kind, _| *kind = MOVW).expect("arm64-early-absolute");
    whole().reloc(".hyp.text", 4, |kind, _| *kind = MOVW).expect("arm64-early-absolute");
    whole().rename(".rela.init.rodata.prel64", ".rela.init.rodata.prel65").expect("arm64-early-absolute");
    whole().lose(".hyp.reloc", 0).expect("arm64-hyp-unlisted");
    whole().shift(".hyp.reloc", 0, 8).expect("arm64-hyp-unlisted");
    // A lost relocation is no absolute one.
    whole().reloc(".init.text", 0, |kind, _| *kind = NONE).expect_all(&[]);
}

#[test]
fn noinstr_code_calls_noinstr_code() {
    let whole = || Object::whole("early.o");
    whole().retarget(".noinstr.text", 0, "loud").expect("arm64-leaves-noinstr");
    whole().retarget(".noinstr.text", 4, "loud").expect("arm64-leaves-noinstr");
}

#[test]
fn branches_are_well_within_reach() {
    let whole = || Object::whole("branches.o");
    whole().retarget(".text", 0, "farther").expect("arm64-branch-out-of-reach");
    whole().shift(".text", 0, 1500).expect("arm64-branch-near-limit");
    whole().shift(".text", 4, 1 << 20).expect("arm64-branch-out-of-reach");
    whole().shift(".text", 4, 1_000_000).expect("arm64-branch-near-limit");
    whole().shift(".text", 8, 1 << 27).expect("arm64-branch-out-of-reach");
    whole().shift(".text", 12, 130_000_000).expect("arm64-branch-near-limit");
    whole().shift(".text", 12, 100_000_000).expect_all(&[]);
}

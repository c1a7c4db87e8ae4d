// SPDX-License-Identifier: GPL-2.0-only

//! The option tables of `objtool`, one row per option and wording.
//!
//! The order is the original's: it decides `--list-opts`, and which two options an ambiguous prefix names.

use super::option_row::OptionRow;
use super::option_row::Takes;
use crate::kernel::OptionTable;
use crate::objtool::opts::Opts;
use bitflags::bitflags;
use std::path::PathBuf;

bitflags! {
    /// The tables that have a row.
    #[derive(Clone, Copy, PartialEq, Eq)]
    struct In: u8 {
        const V5_10 = 1 << 0;
        const V6_1 = 1 << 1;
        const V6_6 = 1 << 2;
        const V6_18 = 1 << 3;
        const V7_2 = 1 << 4;
        const V5_15 = 1 << 5;
        const SUBCOMMANDS = Self::V5_10.bits() | Self::V5_15.bits();
        const BEFORE_6_18 = Self::V6_1.bits() | Self::V6_6.bits();
        const V6_6_TO_6_18 = Self::V6_6.bits() | Self::V6_18.bits();
        const SINCE_6_18 = Self::V6_18.bits() | Self::V7_2.bits();
        const SINCE_6_6 = Self::V6_6.bits() | Self::SINCE_6_18.bits();
        const SINCE_6_1 = Self::V6_1.bits() | Self::SINCE_6_6.bits();
    }
}

/// The options of a command line, in the original's order.
pub(super) fn of(table: OptionTable) -> Vec<&'static OptionRow<Opts>> {
    let wanted = match table {
        OptionTable::Subcommands => In::V5_10,
        OptionTable::V5_15 => In::V5_15,
        OptionTable::V6_1 => In::V6_1,
        OptionTable::V6_6 => In::V6_6,
        OptionTable::V6_18 => In::V6_18,
        OptionTable::V7_2 => In::V7_2,
    };
    ROWS.iter().filter(|(tables, _)| tables.contains(wanted)).map(|(_, row)| row).collect()
}

const fn heading(help: &'static str) -> OptionRow<Opts> {
    OptionRow { letter: 0, name: "", takes: Takes::Heading, help }
}

const fn flag(letter: u8, name: &'static str, slot: fn(&mut Opts) -> &mut bool, help: &'static str) -> OptionRow<Opts> {
    OptionRow { letter, name, takes: Takes::Nothing(slot), help }
}

const fn number(name: &'static str, slot: fn(&mut Opts) -> &mut i32, help: &'static str) -> OptionRow<Opts> {
    OptionRow { letter: 0, name, takes: Takes::Number(slot), help }
}

const fn option(letter: u8, name: &'static str, takes: Takes<Opts>, help: &'static str) -> OptionRow<Opts> {
    OptionRow { letter, name, takes, help }
}

#[rustfmt::skip]
static ROWS: &[(In, OptionRow<Opts>)] = &[
    (In::SUBCOMMANDS, flag(b'f', "no-fp", |o| &mut o.no_fp, "Skip frame pointer validation")),
    (In::SUBCOMMANDS, flag(b'u', "no-unreachable", |o| &mut o.no_unreachable, "Skip 'unreachable instruction' warnings")),
    (In::SUBCOMMANDS, flag(b'r', "retpoline", |o| &mut o.retpoline, "Validate retpoline assumptions")),
    (In::SUBCOMMANDS, flag(0, "rethunk", |o| &mut o.rethunk, "validate and annotate rethunk usage")),
    (In::SUBCOMMANDS, flag(0, "unret", |o| &mut o.unret, "validate entry unret placement")),
    (In::SUBCOMMANDS, flag(b'm', "module", |o| &mut o.module, "Indicates the object will be part of a kernel module")),
    (In::SUBCOMMANDS, flag(b'b', "backtrace", |o| &mut o.backtrace, "unwind on error")),
    (In::SUBCOMMANDS, flag(b'a', "uaccess", |o| &mut o.uaccess, "enable uaccess checking")),
    (In::SUBCOMMANDS, flag(b's', "stats", |o| &mut o.stats, "print statistics")),
    (In::SUBCOMMANDS, flag(b'd', "duplicate", |o| &mut o.duplicate, "duplicate validation for vmlinux.o")),
    (In::V5_15, flag(b'n', "noinstr", |o| &mut o.noinstr, "noinstr validation for vmlinux.o")),
    (In::SUBCOMMANDS, flag(b'l', "vmlinux", |o| &mut o.vmlinux, "vmlinux.o validation")),
    (In::V5_15, flag(b'M', "mcount", |o| &mut o.mcount, "generate __mcount_loc")),
    (In::V5_15, flag(b'B', "backup", |o| &mut o.backup, "create .orig files before modification")),
    (In::SUBCOMMANDS, flag(b'S', "sls", |o| &mut o.sls, "validate straight-line-speculation")),

    (In::SINCE_6_1, heading("Actions:")),
    (In::V7_2, option(b'd', "disas", DISAS, "disassemble functions")),
    (In::V6_1, option(b'h', "hacks", HACKS_6_1, "patch toolchain bugs/limitations")),
    (In::SINCE_6_6, option(b'h', "hacks", HACKS, "patch toolchain bugs/limitations")),
    (In::SINCE_6_1, flag(b'i', "ibt", |o| &mut o.ibt, "validate and annotate IBT")),
    (In::V7_2, flag(0, "klp-symids", |o| &mut o.klp_symids, "generate .klp.symids for duplicate symbol disambiguation")),
    (In::SINCE_6_1, flag(b'm', "mcount", |o| &mut o.mcount, "annotate mcount/fentry calls for ftrace")),
    (In::V7_2, flag(0, "noabs", |o| &mut o.noabs, "reject absolute references in allocatable sections")),
    (In::SINCE_6_1, flag(b'n', "noinstr", |o| &mut o.noinstr, "validate noinstr rules")),
    (In::BEFORE_6_18, flag(b'o', "orc", |o| &mut o.orc, "generate ORC metadata")),
    (In::SINCE_6_18, flag(0, "orc", |o| &mut o.orc, "generate ORC metadata")),
    (In::SINCE_6_1, flag(b'r', "retpoline", |o| &mut o.retpoline, "validate and annotate retpoline usage")),
    (In::SINCE_6_1, flag(0, "rethunk", |o| &mut o.rethunk, "validate and annotate rethunk usage")),
    (In::SINCE_6_1, flag(0, "unret", |o| &mut o.unret, "validate entry unret placement")),
    (In::V6_6_TO_6_18, number("prefix", |o| &mut o.prefix, "generate prefix symbols")),
    (In::V7_2, number("prefix", |o| &mut o.prefix, "generate or grow prefix symbols for N-byte function padding")),
    (In::SINCE_6_1, flag(b'l', "sls", |o| &mut o.sls, "validate straight-line-speculation mitigations")),
    (In::SINCE_6_1, flag(b's', "stackval", |o| &mut o.stackval, "validate frame pointer rules")),
    (In::SINCE_6_1, flag(b't', "static-call", |o| &mut o.static_call, "annotate static calls")),
    (In::SINCE_6_1, flag(b'u', "uaccess", |o| &mut o.uaccess, "validate uaccess rules for SMAP")),
    (In::V6_6_TO_6_18, flag(0, "cfi", |o| &mut o.cfi, "annotate kernel control flow integrity (kCFI) function preambles")),
    (In::V6_18, flag(0, "noabs", |o| &mut o.noabs, "reject absolute references in allocatable sections")),
    (In::SINCE_6_1, option(0, "dump", DUMP, "dump metadata")),

    (In::SINCE_6_1, heading("Options:")),
    (In::V7_2, flag(0, "cfi", |o| &mut o.cfi, "grow kCFI preamble symbols (use with --prefix)")),
    (In::V7_2, flag(0, "fineibt", |o| &mut o.fineibt, "create .cfi_sites section for FineIBT")),
    (In::SINCE_6_1, flag(0, "backtrace", |o| &mut o.backtrace, "unwind on error")),
    (In::BEFORE_6_18, flag(0, "backup", |o| &mut o.backup, "create .orig files before modification")),
    (In::V7_2, flag(0, "backup", |o| &mut o.backup, "create backup (.orig) file on warning/error")),
    (In::SINCE_6_1, flag(0, "dry-run", |o| &mut o.dry_run, "don't write modifications")),
    (In::SINCE_6_1, flag(0, "link", |o| &mut o.link, "object is a linked object")),
    (In::SINCE_6_1, flag(0, "module", |o| &mut o.module, "object is part of a kernel module")),
    (In::SINCE_6_6, flag(0, "mnop", |o| &mut o.mnop, "nop out mcount call sites")),
    (In::SINCE_6_1, flag(0, "no-unreachable", |o| &mut o.no_unreachable, "skip 'unreachable instruction' warnings")),
    (In::SINCE_6_18, option(b'o', "output", OUTPUT, "output file name")),
    (In::SINCE_6_1, flag(0, "sec-address", |o| &mut o.sec_address, "print section addresses in warnings")),
    (In::SINCE_6_1, flag(0, "stats", |o| &mut o.stats, "print statistics")),
    (In::V7_2, option(0, "trace", TRACE, "trace function validation")),
    (In::SINCE_6_6, flag(b'v', "verbose", |o| &mut o.verbose, "verbose warnings")),
    (In::V6_18, flag(0, "Werror", |o| &mut o.werror, "return error on warnings")),
    (In::V7_2, flag(0, "werror", |o| &mut o.werror, "return error on warnings")),
    (In::V7_2, flag(0, "wide", |o| &mut o.wide, "wide output")),
];

const DISAS: Takes<Opts> =
    Takes::TextOr { what: "function-pattern", default: "*", store: |opts, text| opts.disas = text.map(pattern) };

const TRACE: Takes<Opts> = Takes::Text { what: "func", store: |opts, text| opts.trace = text.map(pattern) };

const OUTPUT: Takes<Opts> = Takes::Text { what: "file", store: |opts, text| opts.output = text.map(path) };

const HACKS_6_1: Takes<Opts> = Takes::Choice { what: "jump_label,noinstr", choose: choose_hacks_6_1 };

const HACKS: Takes<Opts> = Takes::Choice { what: "jump_label,noinstr,skylake", choose: choose_hacks };

const DUMP: Takes<Opts> = Takes::Choice { what: "orc", choose: choose_dump };

fn pattern(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn path(text: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(text.to_vec()).into()
}

/// Any text with a known name in it counts; without a text all are meant.
fn choose_hacks_6_1(opts: &mut Opts, text: Option<&[u8]>) -> bool {
    let names = |name: &str| text.is_none_or(|text| memchr::memmem::find(text, name.as_bytes()).is_some());
    let jump_label = names("jump_label");
    let noinstr = names("noinstr");
    opts.hack_jump_label |= jump_label;
    opts.hack_noinstr |= noinstr;
    jump_label || noinstr
}

fn choose_hacks(opts: &mut Opts, text: Option<&[u8]>) -> bool {
    let older = choose_hacks_6_1(opts, text);
    let skylake = text.is_none_or(|text| memchr::memmem::find(text, b"skylake").is_some());
    opts.hack_skylake |= skylake;
    older || skylake
}

fn choose_dump(opts: &mut Opts, text: Option<&[u8]>) -> bool {
    let known = text.is_none_or(|text| text == b"orc");
    opts.dump_orc |= known;
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [OptionTable; 6] = [
        OptionTable::Subcommands,
        OptionTable::V5_15,
        OptionTable::V6_1,
        OptionTable::V6_6,
        OptionTable::V6_18,
        OptionTable::V7_2,
    ];

    #[test]
    fn no_table_has_two_options_with_one_letter_or_name() {
        for table in ALL {
            let rows = of(table);
            for (at, row) in rows.iter().enumerate() {
                for other in rows.iter().skip(at + 1) {
                    assert!(row.letter == 0 || row.letter != other.letter, "{table:?}: -{}", char::from(row.letter));
                    assert!(row.name.is_empty() || row.name != other.name, "{table:?}: --{}", row.name);
                }
            }
        }
    }

    #[test]
    fn option_counts_are_the_originals() {
        let counts = ALL.map(|table| of(table).iter().filter(|row| !row.name.is_empty()).count());
        assert_eq!(counts, [12, 15, 21, 25, 27, 33]);
    }
}

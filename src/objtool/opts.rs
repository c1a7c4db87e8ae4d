// SPDX-License-Identifier: GPL-2.0-only

//! What was asked for on `objtool`'s command line: plain data that `cli` fills in.
//!
//! A field holds what was typed. Whether a combination makes sense, and what it means for one file, is decided later, by
//! the series' rules.

pub mod conflicts;

use std::ffi::OsString;
use std::path::PathBuf;

/// The options of one `objtool` call, the original's `struct opts`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opts {
    // Actions.
    /// `klp checksum` (7.2).
    pub checksum: bool,
    /// `--cfi`: 6.12 writes `.cfi_sites`, 7.3 grows `__cfi_` symbols and checks indirect calls.
    pub cfi: bool,
    /// `--dump[=orc]`.
    pub dump_orc: bool,
    /// `--hacks=jump_label`.
    pub hack_jump_label: bool,
    /// `--hacks=noinstr`.
    pub hack_noinstr: bool,
    /// `--hacks=skylake`.
    pub hack_skylake: bool,
    /// `--fineibt` (7.3).
    pub fineibt: bool,
    /// `--ibt`.
    pub ibt: bool,
    /// `--klp-symids` (7.3).
    pub klp_symids: bool,
    /// `--mcount`.
    pub mcount: bool,
    /// `--noabs` (7.3).
    pub noabs: bool,
    /// `--noinstr`.
    pub noinstr: bool,
    /// `--orc`.
    pub orc: bool,
    /// `--prefix=N`: bytes of padding before each function; 0 when not given.
    pub prefix: i32,
    /// `--retpoline`.
    pub retpoline: bool,
    /// `--rethunk`.
    pub rethunk: bool,
    /// `--sls`.
    pub sls: bool,
    /// `--stackval`.
    pub stackval: bool,
    /// `--static-call`.
    pub static_call: bool,
    /// `--uaccess`.
    pub uaccess: bool,
    /// `--unret`.
    pub unret: bool,
    /// `--disas[=PATTERN]` (7.3).
    pub disas: Option<String>,

    // Options.
    /// `--backtrace`.
    pub backtrace: bool,
    /// `--backup`.
    pub backup: bool,
    /// `--debug-checksum=NAME,NAME` of `klp checksum`: symbols whose checksum is shown as it grows.
    pub debug_checksum: Option<OsString>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--link`.
    pub link: bool,
    /// `--mnop`.
    pub mnop: bool,
    /// `--module`.
    pub module: bool,
    /// `--no-unreachable`.
    pub no_unreachable: bool,
    /// `--output FILE` (7.3).
    pub output: Option<PathBuf>,
    /// `--sec-address`.
    pub sec_address: bool,
    /// `--stats`.
    pub stats: bool,
    /// `--trace PATTERN` (7.3).
    pub trace: Option<String>,
    /// `--verbose`, or `OBJTOOL_VERBOSE=1`.
    pub verbose: bool,
    /// `--werror` (7.3).
    pub werror: bool,
    /// `--wide` (7.3).
    pub wide: bool,

    // The options only 5.10 has.
    /// `--no-fp`: the frame pointer rules, always on otherwise, are off.
    pub no_fp: bool,
    /// `--duplicate`: validate all of `vmlinux.o`, not only its noinstr code.
    pub duplicate: bool,
    /// `--vmlinux`, or `check` of a file named `*vmlinux.o`.
    pub vmlinux: bool,

    /// The object file, as named on the command line.
    pub file: PathBuf,
}

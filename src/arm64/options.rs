// SPDX-License-Identifier: GPL-2.0-only

//! Which of `objtool`'s options mean something for arm64.

use crate::objtool::opts::Opts;

/// One option: how it is typed, and whether it was.
type Refused = (&'static str, fn(&Opts) -> bool);

/// What belongs to x86-64: its mitigations, its way to patch.
const X86_ONLY: [Refused; 15] = [
    ("--cfi", |opts| opts.cfi),
    ("--fineibt", |opts| opts.fineibt),
    ("--hacks=jump_label", |opts| opts.hack_jump_label),
    ("--hacks=noinstr", |opts| opts.hack_noinstr),
    ("--hacks=skylake", |opts| opts.hack_skylake),
    ("--ibt", |opts| opts.ibt),
    ("--klp-symids", |opts| opts.klp_symids),
    ("--mnop", |opts| opts.mnop),
    ("--prefix", |opts| opts.prefix != 0),
    ("--retpoline", |opts| opts.retpoline),
    ("--rethunk", |opts| opts.rethunk),
    ("--sls", |opts| opts.sls),
    ("--trace", |opts| opts.trace.is_some()),
    ("--uaccess", |opts| opts.uaccess),
    ("--unret", |opts| opts.unret),
];

/// Why the options are refused, if they are.
pub fn refused(opts: &Opts) -> Option<String> {
    let typed = |rows: &[Refused]| rows.iter().find(|(_, is_typed)| is_typed(opts)).map(|(name, _)| *name);
    typed(&X86_ONLY).map(|name| format!("{name} is for x86-64, and this file is for arm64"))
}

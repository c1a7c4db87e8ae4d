// SPDX-License-Identifier: GPL-2.0-only

//! What differs between two states of a path, in the original's words.

use std::io::Write;

use arch::ArchFacts;

use crate::objtool::cfi;
use crate::objtool::cfi::CfiReg;
use crate::objtool::cfi::N_REGS;
use crate::objtool::check::walk::PathState;

/// Whether the states are the same in every respect, shown or not.
pub(super) fn is_none(a: &PathState, b: &PathState) -> bool {
    let flags = |state: &PathState| (state.uaccess_stack, state.uaccess, state.df, state.noinstr, state.instr);
    a.cfi == b.cfi && flags(a) == flags(b)
}

/// Appends each change with a blank after it.
pub(super) fn write(out: &mut Vec<u8>, facts: &ArchFacts, before: &PathState, after: &PathState) {
    let (a, b) = (&before.cfi, &after.cfi);
    // Writing to memory does not fail.
    let mut say = |text: std::fmt::Arguments<'_>| {
        let _ = out.write_fmt(text);
    };
    if a.cfa != b.cfa {
        say(format_args!("{} ", value("cfa", b.cfa, facts)));
    }
    for reg in 0..N_REGS as u8 {
        let name = base_name(reg.cast_signed().into(), facts);
        if a.val(reg) != b.val(reg) {
            say(format_args!("{} ", value(&name, b.val(reg), facts)));
        }
        if a.reg(reg) != b.reg(reg) {
            say(format_args!("{} ", saved(&name, b.reg(reg), facts)));
        }
    }
    if a.stack_size != b.stack_size {
        say(format_args!("stack_size={} ", b.stack_size));
    }
    if a.drap != b.drap {
        say(format_args!("drap={} ", b.drap));
    }
    let drap = |state: &cfi::CfiState| CfiReg { base: state.drap_reg, offset: state.drap_offset };
    if b.drap && drap(a) != drap(b) {
        let name = base_name(b.drap_reg.into(), facts);
        say(format_args!("drap:{} ", value(&name, drap(b), facts)));
    }
    if a.bp_scratch != b.bp_scratch {
        say(format_args!("bp_scratch={} ", b.bp_scratch));
    }
    if before.instr != after.instr {
        say(format_args!("instr={} ", after.instr));
    }
    if before.uaccess_stack != after.uaccess_stack {
        say(format_args!("uaccess_stack={} ", after.uaccess_stack));
    }
}

/// A whole state: where the frame is, and which registers are saved where, other than at a function's start.
pub fn describe(state: &cfi::CfiState, facts: &ArchFacts) -> String {
    let mut words = vec![value("cfa", state.cfa, facts)];
    let at_start = cfi::CfiState::at_function(facts);
    for reg in 0..N_REGS as u8 {
        let place = state.reg(reg);
        if place.base != cfi::UNDEFINED && place != at_start.reg(reg) {
            words.push(saved(&base_name(reg.cast_signed().into(), facts), place, facts));
        }
    }
    words.join(" ")
}

/// What a register holds.
fn value(name: &str, place: CfiReg, facts: &ArchFacts) -> String {
    match place.base {
        cfi::UNDEFINED => format!("{name}=<undef>"),
        base => format!("{name}={}{:+}", base_name(base.into(), facts), place.offset),
    }
}

/// Where a register was saved.
fn saved(name: &str, place: CfiReg, facts: &ArchFacts) -> String {
    match place.base {
        cfi::UNDEFINED => format!("{name}=<undef>"),
        base => format!("{name}=({}{:+})", base_name(base.into(), facts), place.offset),
    }
}

/// Upstream: `cfi_reg_name()`.
fn base_name(base: i32, facts: &ArchFacts) -> String {
    let special =
        [(cfi::UNDEFINED, "<undefined>"), (cfi::CFA, "cfa"), (cfi::SP_INDIRECT, "(sp)"), (cfi::BP_INDIRECT, "(bp)")];
    if let Some((_, name)) = special.iter().find(|(known, _)| i32::from(*known) == base) {
        return (*name).to_owned();
    }
    let name = usize::try_from(base).ok().and_then(|base| facts.reg_names.get(base));
    name.map_or_else(|| format!("r{base}"), |name| (*name).to_owned())
}

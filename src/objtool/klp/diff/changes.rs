// SPDX-License-Identifier: GPL-2.0-only

//! Which functions have changed, and which are new.
//!
//! Upstream: `mark_changed_functions()`.

use object::elf;

use super::super::say::Refusal;
use super::side::Marks;
use super::side::Side;
use super::trace::Trace;
use crate::elf::SymbolId;
use crate::objtool::code::NO_SYMBOL;

/// Marks what has changed and what goes with it, and says whether there is anything. Changed data is refused.
pub(super) fn mark(orig: &Side<'_>, patched: &mut Side<'_>, trace: &mut Trace<'_>) -> Result<bool, Refusal> {
    let mut found = false;
    for id in orig.code.symbols.ids().filter(|id| !orig.has(*id, Marks::APART)) {
        let Some(twin) = orig.twin(id).filter(|twin| orig.checksum(id) != patched.checksum(*twin)) else { continue };
        if orig.sym(id).kind != elf::STT_FUNC {
            return Err(Refusal::of(&[b"changed data: ", orig.name(id)]));
        }
        patched.mark(twin, Marks::CHANGED);
        include(patched, twin);
        found = true;
    }
    let ids: Vec<SymbolId> = patched.code.symbols.ids().collect();
    for id in &ids {
        if patched.sym(*id).is_func() && !patched.has(*id, Marks::APART) && patched.twin(*id).is_none() {
            trace.stdout.extend([trace.object, b": new function: ", patched.name(*id), b"\n"].concat());
            include(patched, *id);
            found = true;
        }
    }
    for id in ids.iter().filter(|id| patched.has(**id, Marks::CHANGED)) {
        trace.stdout.extend([trace.object, b": changed function: ", patched.name(*id), b"\n"].concat());
    }
    Ok(found)
}

/// A function comes with its padding and type hash, and both parts of one stay together (`mark_included_function()`).
fn include(patched: &mut Side<'_>, func: SymbolId) {
    let sym = *patched.sym(func);
    let parts = [Some(func), patched.prefix_of(func), Some(sym.cfunc), Some(sym.pfunc)];
    for part in parts.into_iter().flatten().filter(|part| *part != NO_SYMBOL) {
        patched.mark(part, Marks::INCLUDED);
    }
}

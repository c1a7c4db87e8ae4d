//! Code that no symbol covers: what is left where the linker dropped a weak function.
//!
//! Upstream: `mark_holes()`.

use arch::InsnKind;

use super::Code;
use super::Hole;
use super::InsnFlags;
use super::SymFlags;

impl Code<'_> {
    /// Marks instructions in holes, and cold parts that only holes jump to. NOPs before a hole are padding.
    pub(super) fn mark_holes(&mut self) {
        if !self.opts.link {
            return;
        }
        let mut in_hole = false;
        for position in 0..self.insns.texts.len() {
            let text = self.insns.texts[position];
            for insn in text.ids() {
                let offset = self.insns.get(insn).offset.into();
                if self.symbol_of(insn).is_some() {
                    in_hole = false;
                    continue;
                }
                // Most of what lies between symbols is padding.
                if !in_hole && self.insns.kind(insn) == InsnKind::Nop {
                    continue;
                }
                if self.symbols.hole(text.section, offset) == Hole::None {
                    in_hole = false;
                    continue;
                }
                in_hole = true;
                self.flags[insn.index()] |= InsnFlags::HOLE;
                let dest = self.jump_dest(insn).and_then(|dest| self.func_of(dest));
                if let Some(func) = dest.filter(|func| self.symbols.get(*func).flags.contains(SymFlags::COLD)) {
                    self.symbols.table[func.index()].flags |= SymFlags::IGNORE;
                }
            }
        }
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Code that no symbol covers: what is left where the linker dropped a weak function.
//!
//! Upstream: `mark_holes()`.

use arch::InsnKind;

use super::Code;
use super::Hole;
use super::HoleFinder;
use super::InsnFlags;
use super::InsnId;
use super::SymFlags;
use super::Text;
use crate::elf::SymbolId;

impl Code<'_> {
    /// Marks instructions in holes, and cold parts that only holes jump to. NOPs before a hole are padding.
    pub(super) fn mark_holes(&mut self) {
        if !self.opts.link {
            return;
        }
        // A symbol ends every hole.
        let pieces = self.insns.pieces(|insn| self.symbol_of(insn).is_some());
        for (holes, ignored) in self.elf.map(&pieces, |piece| self.holes_in(piece)) {
            for insn in holes {
                self.flags[insn.index()] |= InsnFlags::HOLE;
            }
            for func in ignored {
                self.symbols.table[func.index()].flags |= SymFlags::IGNORE;
            }
        }
    }

    /// The instructions of a piece that are in holes, and the cold parts that those jump to.
    fn holes_in(&self, piece: &[Text]) -> (Vec<InsnId>, Vec<SymbolId>) {
        let mut in_hole = false;
        let mut finder = HoleFinder::new(&self.symbols);
        let (mut holes, mut ignored) = (Vec::new(), Vec::new());
        for text in piece {
            for insn in text.ids() {
                if self.symbol_of(insn).is_some() {
                    in_hole = false;
                    continue;
                }
                // Most of what lies between symbols is padding.
                if !in_hole && self.insns.kind(insn) == InsnKind::Nop {
                    continue;
                }
                if finder.at(text.section, self.insns.get(insn).offset.into()) == Hole::None {
                    in_hole = false;
                    continue;
                }
                in_hole = true;
                holes.push(insn);
                let dest = self.jump_dest(insn).and_then(|dest| self.func_of(dest));
                if let Some(func) = dest.filter(|func| self.symbols.get(*func).flags.contains(SymFlags::COLD)) {
                    ignored.push(func);
                }
            }
        }
        (holes, ignored)
    }
}

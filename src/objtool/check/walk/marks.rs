// SPDX-License-Identifier: GPL-2.0-only

//! What walks leave at instructions.
//!
//! Walks on several threads share one set, each at instructions of its own. The marks are atomic so that sharing is safe,
//! not to order anything: no walk reads what another one writes.

use std::sync::atomic::AtomicU8;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use crate::objtool::cfi::CfiId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;

/// The marks of a file: 5 bytes for each instruction, 4 for each byte of code that has alternatives.
#[derive(Debug)]
pub(super) struct Marks {
    /// State before each instruction.
    cfi: Vec<AtomicU32>,
    /// States that alternatives share.
    slots: Vec<AtomicU32>,
    /// Visited without and with user access open.
    visited: Vec<AtomicU8>,
}

impl Marks {
    /// Nothing but what hints say.
    pub fn new(code: &Code<'_>) -> Self {
        let n_insns = code.insns.insns.len();
        let unknown = |n| vec![CfiId::NONE.0; n].into_iter().map(AtomicU32::new).collect::<Vec<_>>();
        let visited = vec![0; n_insns].into_iter().map(AtomicU8::new).collect();
        let marks = Self { cfi: unknown(n_insns), slots: unknown(code.n_slots as usize), visited };
        if code.has_hints {
            for insn in code.insns_with(InsnFlags::HAS_RARE) {
                if let Some(hint) = code.rare(insn).and_then(|rare| rare.hint) {
                    marks.set_cfi(insn, hint);
                }
            }
        }
        marks
    }

    pub fn cfi(&self, insn: InsnId) -> CfiId {
        CfiId(self.cfi[insn.index()].load(Relaxed))
    }

    pub fn set_cfi(&self, insn: InsnId, id: CfiId) {
        self.cfi[insn.index()].store(id.0, Relaxed);
    }

    /// `None` if there is no such slot.
    pub fn slot(&self, slot: u32) -> Option<CfiId> {
        self.slots.get(slot as usize).map(|id| CfiId(id.load(Relaxed)))
    }

    pub fn set_slot(&self, slot: u32, id: CfiId) {
        if let Some(slot) = self.slots.get(slot as usize) {
            slot.store(id.0, Relaxed);
        }
    }

    pub fn visited(&self, insn: InsnId) -> u8 {
        self.visited[insn.index()].load(Relaxed)
    }

    pub fn has_visited(&self, insn: InsnId) -> bool {
        self.visited(insn) != 0
    }

    pub fn visit(&self, insn: InsnId, mark: u8) {
        let visited = &self.visited[insn.index()];
        visited.store(visited.load(Relaxed) | mark, Relaxed);
    }

    /// Gives states other numbers.
    pub fn renumber(&mut self, number: impl Fn(CfiId) -> CfiId + Sync) {
        use rayon::prelude::*;
        let renumber = |id: &mut AtomicU32| *id.get_mut() = number(CfiId(*id.get_mut())).0;
        self.cfi.par_iter_mut().with_min_len(1 << 14).for_each(renumber);
        self.slots.par_iter_mut().with_min_len(1 << 14).for_each(renumber);
    }

    /// States by instruction, states by slot, and visits by instruction.
    pub fn into_parts(self) -> (Vec<CfiId>, Vec<CfiId>, Vec<u8>) {
        let ids = |list: Vec<AtomicU32>| list.into_iter().map(|id| CfiId(id.into_inner())).collect();
        (ids(self.cfi), ids(self.slots), self.visited.into_iter().map(AtomicU8::into_inner).collect())
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! What an instruction is linked with: its symbol, its destination, its marks.

use arch::InsnKind;
use bitflags::bitflags;

use super::AltGroupId;
use super::Alternative;
use super::Code;
use super::InsnId;
use super::NO_SYMBOL;
use super::relocs::NumberedReloc;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::cfi::CfiId;

bitflags! {
    /// Marks of an instruction.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct InsnFlags: u16 {
        /// Execution never goes past it.
        const DEAD_END = 1 << 0;
        /// Its alternatives are not followed.
        const IGNORE_ALTS = 1 << 1;
        /// It has an unwind hint.
        const HINT = 1 << 2;
        /// Its state is saved for a later hint.
        const SAVE = 1 << 3;
        /// Its state is that of the last saving hint.
        const RESTORE = 1 << 4;
        /// An indirect branch or return that is safe as it is.
        const RETPOLINE_SAFE = 1 << 5;
        /// Needs no landing pad though its address is taken.
        const NOENDBR = 1 << 6;
        /// Start of an unret walk.
        const UNRET = 1 << 7;
        /// In a hole between symbols.
        const HOLE = 1 << 8;
        /// Exempt from validation (before 7.3).
        const IGNORE = 1 << 9;
        /// There is an entry among the rare facts.
        const HAS_RARE = 1 << 10;
        /// Its destination is a symbol, not an instruction.
        const DEST_IS_SYMBOL = 1 << 11;
        /// It is on a list of landing pads.
        const LISTED = 1 << 12;
        /// A call of a function that never returns (before 5.18).
        const NORETURN_CALL = 1 << 13;
        /// Its relocation has been looked at by a pass that remembers it (5.16 to 6.2).
        const RELOC_KNOWN = 1 << 14;
    }
}

/// What only few instructions have.
#[derive(Debug, Default)]
pub struct Rare {
    /// The group of alternatives it belongs to.
    pub group: Option<AltGroupId>,
    /// What execution may go to instead, in the order in which the walk follows it.
    pub alts: Vec<Alternative>,
    /// Targets of its jump table, in table order, until they join `alts`.
    pub(super) table_alts: Vec<Alternative>,
    /// Its jump table.
    pub table: Option<JumpTable>,
    /// Change of the instrumentation depth.
    pub instr: i8,
    /// Frame state that a hint gives it.
    pub hint: Option<CfiId>,
}

/// A jump table, by its first relocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JumpTable {
    /// The section that holds the table.
    pub section: SectionId,
    /// Number of its first relocation.
    pub reloc: u32,
}

impl Code<'_> {
    /// The symbol that counts for `id` (`insn_sym()`): for replacements, that of the original code.
    #[inline]
    pub fn symbol_of(&self, id: InsnId) -> Option<SymbolId> {
        let own = self.owners[id.index()];
        if own != NO_SYMBOL && self.symbols.get(own).is_func() { Some(own) } else { self.symbol_of_original(id, own) }
    }

    /// [`Self::symbol_of`] for code that is not in a function by itself.
    fn symbol_of_original(&self, id: InsnId, own: SymbolId) -> Option<SymbolId> {
        if self.profile.has(Behaviour::ReplacementOwned) {
            return (own != NO_SYMBOL).then_some(own);
        }
        // What ends the building of the code may be about an instruction of a group that is not complete.
        let group = self.group_of(id).and_then(|group| self.groups.get(group.index()));
        let original = group.and_then(|group| group.original);
        match original {
            Some(original) => {
                let owner = self.owners[self.groups[original.index()].first.index()];
                (owner != NO_SYMBOL).then_some(owner)
            }
            None => (own != NO_SYMBOL).then_some(own),
        }
    }

    /// The function that `id` belongs to (`insn_func()`).
    #[inline]
    pub fn func_of(&self, id: InsnId) -> Option<SymbolId> {
        self.symbol_of(id).filter(|symbol| self.symbols.get(*symbol).is_func())
    }

    /// The function whose part `id`'s function is, as a comparable value; [`NO_SYMBOL`] for functions without.
    pub fn pfunc_of(&self, id: InsnId) -> Option<SymbolId> {
        self.func_of(id).map(|func| self.symbols.get(func).pfunc)
    }

    /// Whether `id` has the mark `flag`.
    #[inline]
    pub fn has(&self, id: InsnId, flag: InsnFlags) -> bool {
        self.flags[id.index()].contains(flag)
    }

    /// The rare facts about `id`, if it has any.
    #[inline]
    pub fn rare(&self, id: InsnId) -> Option<&Rare> {
        if self.has(id, InsnFlags::HAS_RARE) { self.rare.get(&id) } else { None }
    }

    /// The rare facts about `id`, to be changed.
    pub(super) fn rare_mut(&mut self, id: InsnId) -> &mut Rare {
        self.flags[id.index()] |= InsnFlags::HAS_RARE;
        self.rare.entry(id).or_default()
    }

    /// The group of alternatives that `id` belongs to.
    #[inline]
    pub fn group_of(&self, id: InsnId) -> Option<AltGroupId> {
        self.rare(id).and_then(|rare| rare.group)
    }

    /// What execution may go to instead of `id`.
    pub fn alts_of(&self, id: InsnId) -> &[Alternative] {
        self.rare(id).map_or(&[], |rare| &rare.alts)
    }

    /// The instruction that a jump leads to.
    #[inline]
    pub fn jump_dest(&self, id: InsnId) -> Option<InsnId> {
        let dest = self.dests[id.index()];
        if dest == u32::MAX {
            return None;
        }
        if self.has(id, InsnFlags::DEST_IS_SYMBOL) {
            return self.tail_dests.get(&id).copied();
        }
        Some(InsnId(dest))
    }

    /// The symbol that a call or tail call leads to (`insn_call_dest()`); `None` for indirect ones.
    pub fn call_dest(&self, id: InsnId) -> Option<SymbolId> {
        if matches!(self.insns.kind(id), InsnKind::JumpDyn | InsnKind::CallDyn) {
            return None;
        }
        self.raw_call_dest(id)
    }

    pub(super) fn raw_call_dest(&self, id: InsnId) -> Option<SymbolId> {
        let dest = self.dests[id.index()];
        (dest != u32::MAX && self.has(id, InsnFlags::DEST_IS_SYMBOL)).then_some(SymbolId(dest))
    }

    pub(super) fn set_jump_dest(&mut self, id: InsnId, dest: InsnId) {
        self.flags[id.index()].remove(InsnFlags::DEST_IS_SYMBOL);
        self.dests[id.index()] = dest.0;
    }

    pub(super) fn set_call_dest(&mut self, id: InsnId, dest: SymbolId) {
        self.flags[id.index()].insert(InsnFlags::DEST_IS_SYMBOL);
        self.dests[id.index()] = dest.0;
    }

    pub(super) fn set_kind(&mut self, id: InsnId, kind: InsnKind) {
        self.insns.insns[id.index()].kind = kind;
    }

    /// Whether `id` is a direct jump.
    pub fn is_static_jump(&self, id: InsnId) -> bool {
        matches!(self.insns.kind(id), InsnKind::JumpCond | InsnKind::JumpUncond)
    }

    /// The first relocation of an instruction (`insn_reloc()`).
    pub fn reloc_of(&self, id: InsnId) -> Option<NumberedReloc> {
        if self.insns.is_filler(id) && self.profile.has(Behaviour::FillerHasNoReloc) {
            return None;
        }
        let insn = self.insns.get(id);
        self.relocs.in_range(self.insns.section_of(id), insn.offset.into(), insn.len.into())
    }

    /// Where a direct branch without relocation leads, as an offset in its section.
    pub fn branch_offset(&self, id: InsnId) -> u64 {
        let insn = self.insns.get(id);
        i64::from(insn.end()).wrapping_add(insn.imm.into()).cast_unsigned()
    }

    /// The instruction after `id` in the same function, going on in its cold part (`next_insn_same_func()`).
    #[inline]
    pub fn next_in_func(&self, id: InsnId) -> Option<InsnId> {
        let owner = self.owners[id.index()];
        let next = self.insns.next(id);
        // Nearly always the next instruction lies in the same function.
        if owner != NO_SYMBOL
            && self.symbols.get(owner).is_func()
            && next.is_some_and(|next| self.owners[next.index()] == owner)
        {
            return next;
        }
        self.next_in_part(id)
    }

    /// [`Self::next_in_func`] where the next instruction is not evidently in the same function.
    fn next_in_part(&self, id: InsnId) -> Option<InsnId> {
        let func = self.func_of(id)?;
        if let Some(next) = self.insns.next(id).filter(|next| self.func_of(*next) == Some(func)) {
            return Some(next);
        }
        let cold = self.symbols.get(func).cfunc;
        if cold == func || cold == NO_SYMBOL {
            return None;
        }
        let cold = self.symbols.get(cold);
        self.insns.at(cold.section, cold.offset)
    }

    /// The instructions of a function and its cold part (`func_for_each_insn()`).
    ///
    /// Ends after as many steps as there are instructions: cold parts that name each other would go on for ever.
    pub fn insns_of_func(&self, func: SymbolId) -> impl Iterator<Item = InsnId> + '_ {
        let sym = self.symbols.get(func);
        let first = self.insns.at(sym.section, sym.offset);
        std::iter::successors(first, |id| self.next_in_func(*id)).take(self.insns.len() + 1)
    }

    /// The previous instruction if it belongs to the same function (`prev_insn_same_sym()`).
    pub fn prev_in_symbol(&self, id: InsnId) -> Option<InsnId> {
        self.insns.prev(id).filter(|prev| self.func_of(*prev) == self.func_of(id))
    }

    /// The table of an indirect jump, or of the original code that a replacement stands for (`is_jump_table_jump()`).
    fn is_table_jump(&self, id: InsnId) -> bool {
        if self.rare(id).is_some_and(|rare| rare.table.is_some()) {
            return true;
        }
        // What ends the building of the code may be about an instruction of a group that is not complete.
        let group = self.group_of(id).and_then(|group| self.groups.get(group.index()));
        let original = group.and_then(|group| group.original);
        original.is_some_and(|group| {
            let first = self.groups[group.index()].first;
            matches!(self.insns.kind(first), InsnKind::JumpDyn | InsnKind::CallDyn)
                && self.rare(first).is_some_and(|rare| rare.table.is_some())
        })
    }

    /// Whether a jump leaves for another function (`is_sibling_call()`).
    pub fn is_sibling_call(&self, id: InsnId) -> bool {
        let is_in_func = self.func_of(id).is_some();
        if !is_in_func && !self.profile.has(Behaviour::JumpLeavesSymbol) {
            return false;
        }
        if self.insns.kind(id) == InsnKind::JumpDyn && is_in_func {
            return !self.is_table_jump(id);
        }
        self.is_static_jump(id) && self.raw_call_dest(id).is_some()
    }
}

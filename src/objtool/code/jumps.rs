// SPDX-License-Identifier: GPL-2.0-only

//! Where direct jumps lead.
//!
//! Upstream: `add_jump_destinations()`. The series differ in what a jump to another function is: before 7.3 any jump with
//! a relocation to a named symbol leaves the function, even one to a label of its own.

use arch::InsnKind;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::SecFlags;
use super::SymFlags;
use super::Text;
use super::relocs::NumberedReloc;
use super::relocs::RelocCursor;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Message;

/// Where a jump leads before the rules for functions are applied.
struct Dest {
    section: SectionId,
    offset: u64,
    /// The symbol that the relocation names, if it counts.
    symbol: Option<SymbolId>,
}

impl Code<'_> {
    /// Gives every direct jump a destination or a callee.
    ///
    /// Where a jump stays in its function says nothing about others, so that is decided on all threads. What is left is done
    /// in order.
    pub(super) fn link_jumps(&mut self) -> Result<(), Fatal> {
        let pieces = self.insns.pieces(|_| true);
        let decided = self.elf.map(&pieces, |piece| self.decide_jumps(piece));
        let (mut section, mut cursor) = (SectionId::UNDEF, RelocCursor::default());
        for (insn, dest) in decided.into_iter().flatten() {
            if let Some(dest) = dest.some() {
                self.set_jump_dest(insn, dest);
                continue;
            }
            let own = self.insns.section_of(insn);
            if own != section {
                (section, cursor) = (own, RelocCursor::default());
            }
            let reloc = self.reloc_in_order(section, insn, &mut cursor);
            self.link_jump(section, insn, reloc)?;
        }
        Ok(())
    }

    /// The direct jumps of a piece that have no destination yet, with that if it is in the same function.
    fn decide_jumps(&self, piece: &[Text]) -> Vec<(InsnId, InsnId)> {
        let mut decided = Vec::new();
        for text in piece {
            let mut cursor = RelocCursor::default();
            for insn in text.ids().filter(|insn| self.is_static_jump(*insn) && self.jump_dest(*insn).is_none()) {
                let reloc = self.reloc_in_order(text.section, insn, &mut cursor);
                decided.push((insn, self.dest_in_func(text.section, insn, reloc).unwrap_or(InsnId::NONE)));
            }
        }
        decided
    }

    /// Where a jump leads if that is evidently in its own function, but not its start.
    fn dest_in_func(&self, section: SectionId, insn: InsnId, reloc: Option<NumberedReloc>) -> Option<InsnId> {
        let (section, offset) = match reloc {
            None => (section, self.branch_offset(insn)),
            Some(found) => {
                let sym = self.symbols.get(found.reloc.symbol);
                if !sym.is_section() {
                    return None;
                }
                let by_name = self.profile.has(Behaviour::NamedJumpIsTailCall);
                let distance = if by_name { 0 } else { sym.offset };
                let addend = match by_name {
                    true => call_offset(found.reloc.addend),
                    false => self.adjusted_addend(insn, &found).cast_unsigned(),
                };
                (sym.section, distance.wrapping_add(addend))
            }
        };
        let target = self.insns.at(section, offset)?;
        let func = self.func_of(insn)?;
        let is_inside = self.func_of(target) == Some(func) && offset != self.symbols.get(func).offset;
        is_inside.then_some(target)
    }

    /// The relocation of an instruction, for instructions that come in order.
    pub(super) fn reloc_in_order(
        &self,
        section: SectionId,
        insn: InsnId,
        cursor: &mut RelocCursor,
    ) -> Option<NumberedReloc> {
        let place = self.insns.get(insn);
        self.relocs.of(section)?.in_range_from(cursor, place.offset.into(), place.len.into())
    }

    fn link_jump(&mut self, section: SectionId, insn: InsnId, reloc: Option<NumberedReloc>) -> Result<(), Fatal> {
        let by_name = self.profile.has(Behaviour::NamedJumpIsTailCall);
        let dest = match reloc {
            None => Some(Dest { section, offset: self.branch_offset(insn), symbol: None }),
            Some(found) if by_name => self.dest_by_name(insn, &found)?,
            Some(found) => self.dest_by_place(insn, &found)?,
        };
        let Some(dest) = dest else { return Ok(()) };
        let Some(target) = self.insns.at(dest.section, dest.offset) else {
            return self.link_missing(section, insn, &dest);
        };
        if by_name { self.link_local_by_name(insn, target) } else { self.link_local_by_place(insn, target, &dest) }
    }

    /// 7.3: only undefined symbols are special; others stand for a place.
    fn dest_by_place(&mut self, insn: InsnId, found: &NumberedReloc) -> Result<Option<Dest>, Fatal> {
        let symbol = found.reloc.symbol;
        let sym = *self.symbols.get(symbol);
        if !sym.is_undef() {
            let offset = sym.offset.wrapping_add(self.adjusted_addend(insn, found).cast_unsigned());
            return Ok(Some(Dest { section: sym.section, offset, symbol: Some(symbol) }));
        }
        if !self.convert_thunk(insn, sym.flags)? && self.func_of(insn).is_some() {
            self.add_call_dest(insn, Some(symbol), true)?;
        }
        Ok(None)
    }

    /// Before 7.3: a named symbol is a callee for code in functions.
    fn dest_by_name(&mut self, insn: InsnId, found: &NumberedReloc) -> Result<Option<Dest>, Fatal> {
        let symbol = found.reloc.symbol;
        let sym = *self.symbols.get(symbol);
        let offset = call_offset(found.reloc.addend);
        if sym.is_section() {
            return Ok(Some(Dest { section: sym.section, offset, symbol: None }));
        }
        if self.convert_thunk(insn, sym.flags)? {
            return Ok(None);
        }
        if self.func_of(insn).is_some() {
            self.add_call_dest(insn, Some(symbol), true)?;
        } else if !sym.is_undef() {
            let value = self.elf.symbols[symbol.index()].value;
            return Ok(Some(Dest { section: sym.section, offset: value.wrapping_add(offset), symbol: None }));
        }
        Ok(None)
    }

    /// There is no instruction where a jump leads.
    fn link_missing(&mut self, section: SectionId, insn: InsnId, dest: &Dest) -> Result<(), Fatal> {
        let is_replacement = self.sec_flags[section.index()].contains(SecFlags::REPLACEMENT);
        if is_replacement && self.profile.has(Behaviour::JumpsBeforeAlternatives) {
            // Reading the alternatives will tell where it leads.
            return Ok(());
        }
        let symbol = self.symbols.at(dest.section, dest.offset);
        let embedded = match self.profile.has(Behaviour::ThunkIsEmbedded) {
            true => SymFlags::RETURN_THUNK,
            false => SymFlags::EMBEDDED_INSN,
        };
        let is_embedded = |id: SymbolId| self.symbols.get(id).flags.contains(embedded);
        if symbol.is_some_and(is_embedded) {
            // The return that is meant is in the middle of another instruction.
            self.add_return(insn, false);
            return Ok(());
        }
        // Dead code of coverage tools can jump to the end of its function.
        let func = self.func_of(insn).map(|func| self.symbols.get(func));
        let is_end = func.is_some_and(|func| dest.section == section && dest.offset == func.end());
        if self.ignore_unreachables && is_end && self.profile.has(Behaviour::JumpToEndIgnored) {
            return Ok(());
        }
        Err(Fatal::insn(insn, Message::NoJumpDest { section: dest.section, offset: dest.offset }))
    }

    /// A thunk at whose start `target` is turns the jump into what the thunk stands for.
    fn link_thunk(&mut self, insn: InsnId, target: InsnId, symbol: SymbolId) -> Result<bool, Fatal> {
        let sym = *self.symbols.get(symbol);
        if u64::from(self.insns.get(target).offset) != sym.offset {
            return Ok(false);
        }
        self.convert_thunk(insn, sym.flags)
    }

    /// Makes a jump to a thunk what the thunk stands for; `false` if the symbol is none.
    fn convert_thunk(&mut self, insn: InsnId, flags: SymFlags) -> Result<bool, Fatal> {
        if flags.contains(SymFlags::RETPOLINE_THUNK) {
            self.add_retpoline(insn)?;
        } else if flags.contains(SymFlags::RETURN_THUNK) {
            self.add_return(insn, true);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn link_local_by_place(&mut self, insn: InsnId, target: InsnId, dest: &Dest) -> Result<(), Fatal> {
        // Without a relocation the section's symbol stands in, if there is one; both give way to the target's owner.
        let named = dest.symbol.filter(|id| !self.symbols.get(*id).is_section());
        let Some(symbol) = named.or_else(|| self.symbol_of(target)) else {
            self.set_jump_dest(insn, target);
            return Ok(());
        };
        if self.link_thunk(insn, target, symbol)? {
            return Ok(());
        }
        let own = self.symbol_of(insn).map(|own| self.symbols.get(own).pfunc);
        let is_same = own.is_none_or(|own| own == self.symbols.get(symbol).pfunc);
        let starts = |func: SymbolId| self.is_first_of(target, func);
        if !is_same && self.func_of(target).is_some_and(starts) {
            return self.add_call_dest(insn, Some(symbol), true);
        }
        self.set_jump_dest(insn, target);
        Ok(())
    }

    fn link_local_by_name(&mut self, insn: InsnId, target: InsnId) -> Result<(), Fatal> {
        if self.profile.has(Behaviour::LocalThunkJumps)
            && let Some(symbol) = self.symbol_of(target)
            && self.link_thunk(insn, target, symbol)?
        {
            return Ok(());
        }
        let is_relinked = self.profile.has(Behaviour::ColdRelinkedByJump) && self.relink_cold(insn, target);
        let leaves = match self.profile.has(Behaviour::JumpLeavesSymbol) {
            true => self.leaves_symbol(insn, target),
            false => !is_relinked && self.leaves_func(insn, target),
        };
        if leaves {
            let callee = self.func_of(target);
            if self.profile.has(Behaviour::JumpsBeforeAlternatives) {
                self.tail_dests.insert(insn, target);
            }
            return self.add_call_dest(insn, callee, true);
        }
        self.set_jump_dest(insn, target);
        Ok(())
    }

    /// A jump from a function into a cold part makes the two a pair.
    fn relink_cold(&mut self, insn: InsnId, target: InsnId) -> bool {
        let (Some(from), Some(to)) = (self.func_of(insn), self.func_of(target)) else { return false };
        let is_cold = |name: &[u8]| memchr::memmem::find(name, b".cold").is_some();
        let is_pair = from != to && !is_cold(self.name(from)) && is_cold(self.name(to));
        if is_pair {
            self.symbols.table[from.index()].cfunc = to;
            self.symbols.table[to.index()].pfunc = from;
        }
        is_pair
    }

    /// Whether a jump leads from one function to the start of another (before 6.2).
    fn leaves_func(&self, insn: InsnId, target: InsnId) -> bool {
        let (Some(from), Some(to)) = (self.func_of(insn), self.func_of(target)) else { return false };
        let is_other = from != to && self.symbols.get(from).pfunc != self.symbols.get(to).pfunc;
        is_other && self.is_first_of(target, to)
    }

    /// Upstream: `jump_is_sibling_call()`.
    fn leaves_symbol(&self, insn: InsnId, target: InsnId) -> bool {
        let (Some(from), Some(to)) = (self.symbol_of(insn), self.symbol_of(target)) else { return false };
        let (from, to_sym) = (self.symbols.get(from), self.symbols.get(to));
        self.is_first_of(target, to) && to_sym.kind != object::elf::STT_NOTYPE && from.pfunc != to_sym.pfunc
    }

    /// Whether `insn` is the first of `symbol`, or follows its landing pad (`is_first_func_insn()`).
    fn is_first_of(&self, insn: InsnId, symbol: SymbolId) -> bool {
        let start = self.symbols.get(symbol).offset;
        let offset = u64::from(self.insns.get(insn).offset);
        if offset == start {
            return true;
        }
        let prev = self.opts.ibt.then(|| self.prev_in_symbol(insn)).flatten();
        prev.is_some_and(|prev| {
            let prev = self.insns.get(prev);
            prev.kind == InsnKind::Endbr && offset == start.wrapping_add(prev.len.into())
        })
    }

    /// Makes a jump to the return thunk a return (`add_return_call()`).
    fn add_return(&mut self, insn: InsnId, listed: bool) {
        self.set_kind(insn, InsnKind::Return);
        self.flags[insn.index()] |= InsnFlags::RETPOLINE_SAFE;
        // What is discarded is no place to patch.
        let in_text = self.section_flags_of(insn).contains(SecFlags::TEXT);
        if listed && (in_text || !self.profile.has(Behaviour::ReturnSitesInText)) {
            self.sites.returns.push(insn);
        }
    }

    /// The addend of an instruction's relocation as a distance from the symbol (`arch_insn_adjusted_addend()`).
    pub fn adjusted_addend(&self, insn: InsnId, found: &NumberedReloc) -> i64 {
        let mut addend = found.reloc.addend;
        if self.arch.classify_reloc(found.reloc.kind).is_pc_relative {
            let end = i64::from(self.insns.get(insn).end());
            addend = addend.wrapping_add(end).wrapping_sub(found.reloc.offset.cast_signed());
        }
        // Undo `__pa_symbol()`; the original's mask also cuts off everything above.
        if addend > 0 { addend & 0x7fff_ffff } else { addend }
    }
}

/// Offset that a branch relocation names, before 7.3: the field is taken to end the instruction.
pub(super) fn call_offset(addend: i64) -> u64 {
    i64::from((addend as i32).wrapping_add(4)).cast_unsigned()
}

// SPDX-License-Identifier: GPL-2.0-only

//! Switch statements: from an indirect jump back to the table in read-only data, and on to its targets.
//!
//! Upstream: `add_jump_table_alts()`, `find_jump_table()`, `arch_find_switch_table()`.

use arch::InsnKind;
use object::elf;

use super::Alternative;
use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::JumpTable;
use super::SecFlags;
use super::Text;
use super::groups::AltKind;
use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Targets of all tables together. Each jump has its own list, so a file could name one long table from every jump.
const TARGET_LIMIT: usize = 1 << 26;

/// The first jump to each instruction from before it, for the search backwards.
struct BackLinks(Vec<InsnId>);

impl Code<'_> {
    /// Gives every indirect jump with a jump table the table's targets as alternatives.
    pub(super) fn add_jump_tables(&mut self) -> Result<(), Fatal> {
        let has_homes = self.sec_flags.iter().any(|flags| flags.contains(SecFlags::RODATA));
        let has_jumps = self.insns.insns.iter().any(|insn| insn.kind == InsnKind::JumpDyn);
        if !has_homes || !has_jumps {
            return Ok(());
        }
        let searched = self.searched_functions();
        let mut links = BackLinks(vec![InsnId::NONE; self.insns.insns.len()]);
        for func in self.functions_in_order() {
            if !self.comes_to(func, &searched) {
                continue;
            }
            let jumps = self.find_tables(func, &mut links);
            self.add_tables(&jumps)?;
        }
        Ok(())
    }

    /// By symbol: functions with parts that have an indirect jump, or a jump forward into another function. Links from
    /// the others' jumps stay among instructions that no search comes to.
    fn searched_functions(&self) -> Vec<bool> {
        let found = self.elf.map(&self.insns.pieces(|_| true), |piece| {
            let mut found: Vec<SymbolId> = Vec::new();
            for insn in piece.iter().flat_map(Text::ids) {
                let counts = self.insns.kind(insn) == InsnKind::JumpDyn
                    || self.jump_dest(insn).is_some_and(|dest| self.leads_to_other_function(insn, dest));
                if counts && let Some(pfunc) = self.pfunc_of(insn).filter(|pfunc| found.last() != Some(pfunc)) {
                    found.push(pfunc);
                }
            }
            found
        });
        let mut searched = vec![false; self.symbols.table.len()];
        for func in found.into_iter().flatten() {
            if let Some(searched) = searched.get_mut(func.index()) {
                *searched = true;
            }
        }
        searched
    }

    fn leads_to_other_function(&self, insn: InsnId, dest: InsnId) -> bool {
        let (from, to) = (self.owners[insn.index()], self.owners[dest.index()]);
        // Nearly always it is the same function.
        from != to && self.pfunc_of(insn) != self.pfunc_of(dest)
    }

    /// Whether a search through `func` comes to a function of `searched`, or further than is worth knowing.
    fn comes_to(&self, func: SymbolId, searched: &[bool]) -> bool {
        const MOST_PARTS: usize = 8;
        let mut part = func;
        for _ in 0..MOST_PARTS {
            let sym = self.symbols.get(part);
            let Some(first) = self.insns.at(sym.section, sym.offset) else { return false };
            let Some(own) = self.func_of(first) else { return true };
            let own = self.symbols.get(own);
            if searched.get(own.pfunc.index()).is_none_or(|searched| *searched) {
                return true;
            }
            if own.cfunc == super::NO_SYMBOL || self.func_of(first) == Some(own.cfunc) {
                return false;
            }
            part = own.cfunc;
        }
        true
    }

    /// Functions in the order in which the original goes through all symbols.
    pub fn functions_in_order(&self) -> Vec<SymbolId> {
        let is_func = |id: &SymbolId| self.symbols.get(*id).is_func();
        let takes_aliases = !self.profile.has(Behaviour::JumpTablesSkipAliases);
        let is_meant = |id: &SymbolId| is_func(id) && (takes_aliases || self.symbols.get(*id).alias == *id);
        if self.profile.has(Behaviour::SymbolsInTableOrder) {
            return self.symbols.ids().filter(is_meant).collect();
        }
        let sections = (0..self.elf.sections.len() as u32).map(SectionId);
        sections.flat_map(|section| self.symbols.in_section(section)).copied().filter(is_meant).collect()
    }

    /// Finds the tables of one function's jumps; returns the jumps that have one.
    fn find_tables(&mut self, func: SymbolId, links: &mut BackLinks) -> Vec<InsnId> {
        let mut jumps = Vec::new();
        let mut next = {
            let sym = self.symbols.get(func);
            self.insns.at(sym.section, sym.offset)
        };
        let mut budget = self.insns.len() + 1;
        let all_jumps = self.profile.has(Behaviour::BacktrackConditionals);
        // Without conditional jumps, only one jump out of those that lie in each other is followed back.
        let mut last = next;
        while let Some(insn) = next.filter(|_| budget > 0) {
            budget -= 1;
            next = self.next_in_func(insn);
            let offset = self.insns.get(insn).offset;
            let counts = all_jumps
                || self.insns.kind(insn) == InsnKind::JumpUncond
                    && last.is_some_and(|last| offset > self.insns.get(last).offset);
            if let Some(dest) = self.jump_dest(insn).filter(|_| counts)
                && self.insns.get(dest).offset > offset
                && links.0[dest.index()] == InsnId::NONE
            {
                links.0[dest.index()] = insn;
                last = Some(dest);
            }
            if self.insns.kind(insn) != InsnKind::JumpDyn {
                continue;
            }
            if let Some(table) = self.find_table(func, insn, links) {
                self.rare_mut(insn).table = Some(table);
            }
            if self.rare(insn).is_some_and(|rare| rare.table.is_some()) {
                jumps.push(insn);
            }
        }
        jumps
    }

    /// Searches backwards from an indirect jump for the instruction that loads its table's address.
    fn find_table(&mut self, func: SymbolId, jump: InsnId, links: &BackLinks) -> Option<JumpTable> {
        let mut next = Some(jump);
        while let Some(insn) = next.filter(|insn| self.pfunc_of(*insn) == Some(func)) {
            let kind = self.insns.kind(insn);
            if insn != jump && kind == InsnKind::JumpDyn {
                return None;
            }
            if kind == InsnKind::JumpUncond
                && self.jump_dest(insn).is_some_and(|dest| self.goes_around(insn, dest, jump))
            {
                return None;
            }
            self.flags[insn.index()] |= InsnFlags::RELOC_KNOWN;
            if let Some((table, first)) = self.table_of(insn)
                && self.leads_into(func, &first)
            {
                if self.profile.has(Behaviour::JumpTableEndsAtAny) {
                    self.table_heads.insert((table.section, table.reloc));
                }
                return Some(table);
            }
            next = links.0[insn.index()].some().or_else(|| self.prev_in_symbol(insn));
        }
        None
    }

    /// Whether a jump leaves the range between itself and the indirect jump.
    fn goes_around(&self, insn: InsnId, dest: InsnId, jump: InsnId) -> bool {
        let dest = self.insns.get(dest).offset;
        dest <= self.insns.get(insn).offset || dest > self.insns.get(jump).offset
    }

    /// Whether a table's first entry leads into the function.
    fn leads_into(&self, func: SymbolId, first: &Reloc) -> bool {
        let section = self.symbols.get(first.symbol).section;
        let target = self.insns.at(section, self.entry_offset(first));
        target.is_some_and(|target| self.pfunc_of(target) == Some(func))
    }

    /// Offset that a table entry names. Before 7.3 the symbol's value did not count.
    fn entry_offset(&self, reloc: &Reloc) -> u64 {
        let base = match self.profile.has(Behaviour::JumpTableBySymbol) {
            true => self.symbols.get(reloc.symbol).offset,
            false => 0,
        };
        base.wrapping_add(reloc.addend.cast_unsigned())
    }

    /// The table whose address an instruction takes, with its first relocation.
    fn table_of(&mut self, insn: InsnId) -> Option<(JumpTable, Reloc)> {
        let text = self.reloc_of(insn)?.reloc;
        let sym = *self.symbols.get(text.symbol);
        let is_home = self.sec_flags[sym.section.index()].contains(SecFlags::RODATA);
        if !sym.is_section() || !is_home {
            return None;
        }
        let is_relative = text.kind == elf::R_X86_64_PC32;
        let offset = text.addend.wrapping_add(if is_relative { 4 } else { 0 }).cast_unsigned();
        let is_named = self.symbols.containing(sym.section, offset).is_some();
        if is_named && self.elf.section(sym.section).name != self.profile.facts.jump_tables.as_bytes() {
            return None;
        }
        let first = self.relocs.at(sym.section, offset)?;
        if is_relative {
            if !self.ignore_unreachables && self.profile.has(Behaviour::JumpTableQuirkSaid) {
                self.findings.push(Finding::warn_insn(insn, Message::JumpTableQuirk));
            }
            self.ignore_unreachables = true;
        }
        Some((JumpTable { section: sym.section, reloc: first.number }, first.reloc))
    }

    /// Adds the entries of a function's tables. In 6.6 and 6.12, a table ends where the function's next one begins.
    fn add_tables(&mut self, jumps: &[InsnId]) -> Result<(), Fatal> {
        for (position, &jump) in jumps.iter().enumerate() {
            let Some(table) = self.rare(jump).and_then(|rare| rare.table) else { continue };
            let next = jumps.get(position + 1).and_then(|next| self.rare(*next)).and_then(|rare| rare.table);
            self.add_table(jump, table, next)?;
        }
        Ok(())
    }

    fn add_table(&mut self, jump: InsnId, table: JumpTable, next_table: Option<JumpTable>) -> Result<(), Fatal> {
        let ends_at_any = self.profile.has(Behaviour::JumpTableEndsAtAny);
        let by_reloc = self.profile.has(Behaviour::JumpTableStrideByReloc);
        let skips_end = self.profile.has(Behaviour::JumpTableSkipsEnd);
        let Some(pfunc) = self.pfunc_of(jump).filter(|pfunc| *pfunc != super::NO_SYMBOL) else { return Ok(()) };
        let part = *self.symbols.get(pfunc);
        let relocs = self.relocs.of(table.section).map(|found| found.relocs);
        let Some(relocs) = relocs else { return Ok(()) };
        let mut previous: Option<u32> = None;
        let mut number = table.reloc;
        let mut targets = Vec::new();
        while let Some(reloc) = relocs.get(number as usize) {
            let is_head = number != table.reloc
                && match ends_at_any {
                    true => self.table_heads.contains(&(table.section, number)),
                    false => next_table == Some(JumpTable { section: table.section, reloc: number }),
                };
            let stride = if by_reloc { u32::from(self.arch.classify_reloc(reloc.kind).size) } else { 8 };
            // The original keeps the previous offset in 32 bits, and takes 0 for "none yet".
            let is_gap = previous.is_some_and(|at| at != 0 && reloc.offset != u64::from(at.wrapping_add(stride)));
            if is_head || is_gap {
                break;
            }
            let section = self.symbols.get(reloc.symbol).section;
            let offset = self.entry_offset(&reloc);
            let is_same = section == part.section;
            if is_same && offset == part.offset {
                // A function pointer in the next object.
                break;
            }
            // clang leaves unused entries that point at the function's end.
            if !(skips_end && is_same && offset == part.end()) {
                let Some(target) = self.insns.at(section, offset) else { break };
                if self.pfunc_of(target) != Some(pfunc) {
                    break;
                }
                targets.push(Alternative { insn: target, kind: AltKind::Switch, skips_original: false });
            }
            previous = Some(reloc.offset as u32);
            number += 1;
        }
        if previous.is_none_or(|at| at == 0) {
            return Err(Fatal::insn(jump, Message::NoSwitchTable));
        }
        self.n_switch_targets = self.n_switch_targets.saturating_add(targets.len());
        if self.n_switch_targets > TARGET_LIMIT {
            let text = format!("more than {TARGET_LIMIT} jump table targets");
            return Err(Fatal::insn(jump, Message::Raw { text }));
        }
        self.rare_mut(jump).table_alts.append(&mut targets);
        Ok(())
    }
}

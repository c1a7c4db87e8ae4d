// SPDX-License-Identifier: GPL-2.0-only

//! Functions and their unlikely parts, `foo` and `foo.cold`.

use super::Code;
use super::NO_SYMBOL;
use super::SymFlags;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Message;

/// Longest name of a parent that 6.6 and older have room for, in characters.
const LONGEST_PARENT: usize = 128;

impl Code<'_> {
    /// Gives every cold part its parent. Upstream: the end of `read_symbols()`.
    pub(super) fn link_cold_parts(&mut self) -> Result<(), Fatal> {
        if self.profile.has(Behaviour::ParentOfEverySymbol) {
            for (index, sym) in self.symbols.table.iter_mut().enumerate() {
                sym.pfunc = SymbolId(index as u32);
                sym.cfunc = SymbolId(index as u32);
            }
        }
        let by_name = self.profile.has(Behaviour::ColdByName);
        if by_name && !self.symbols.table.iter().any(|sym| sym.flags.contains(SymFlags::COLD)) {
            return Ok(());
        }
        for section in 0..self.elf.sections.len() as u32 {
            let members = self.symbols.in_section(SectionId(section)).to_vec();
            for symbol in members {
                self.link_cold_part(symbol)?;
            }
        }
        Ok(())
    }

    fn link_cold_part(&mut self, symbol: SymbolId) -> Result<(), Fatal> {
        if !self.profile.has(Behaviour::ColdByName) {
            let sym = &mut self.symbols.table[symbol.index()];
            if !sym.is_func() {
                return Ok(());
            }
            for part in [&mut sym.pfunc, &mut sym.cfunc] {
                if *part == NO_SYMBOL {
                    *part = symbol;
                }
            }
        } else if !self.symbols.get(symbol).flags.contains(SymFlags::COLD) {
            return Ok(());
        }
        let name = self.name(symbol);
        let Some(at) = memchr::memmem::find(name, b".cold") else { return Ok(()) };
        let parent_name = &name[..at];
        if parent_name.len() > LONGEST_PARENT && self.profile.has(Behaviour::ColdParentNameLimit) {
            return Err(Fatal::new(Message::ParentNameTooLong { symbol, limit: LONGEST_PARENT }));
        }
        let parent = match self.profile.has(Behaviour::ColdParentByFile) {
            true => self.parent_by_file(symbol, parent_name),
            false => self.symbol_by_name(parent_name),
        };
        let parent = parent.ok_or_else(|| Fatal::new(Message::NoParentFunc { symbol }))?;
        self.adopt(symbol, parent);
        Ok(())
    }

    /// A local symbol of the same source file, else a global one.
    fn parent_by_file(&self, symbol: SymbolId, name: &[u8]) -> Option<SymbolId> {
        let file = self.file_of(symbol);
        let is_filed = |id: &SymbolId| {
            let kind = self.elf.symbols[id.index()].kind();
            let short = super::names::demangled_len(name);
            short == name.len() || matches!(kind, object::elf::STT_FUNC | object::elf::STT_OBJECT)
        };
        let names = self.symbol_names();
        let is_local = |id: &SymbolId| self.elf.symbols[id.index()].is_local();
        let local = names.all(name).filter(is_filed).find(|id| is_local(id) && self.file_of(*id) == file);
        local.or_else(|| names.all(name).filter(is_filed).find(|id| !is_local(id)))
    }

    /// The `STT_FILE` symbol before a local symbol; none for others.
    pub fn file_of(&self, symbol: SymbolId) -> Option<SymbolId> {
        let raw = self.elf.symbols.get(symbol.index())?;
        let is_file = |raw: &crate::elf::Symbol| raw.kind() == object::elf::STT_FILE;
        if !raw.is_local() || raw.is_section() || is_file(raw) {
            return None;
        }
        let before = self.file_symbols.partition_point(|file| *file < symbol);
        before.checked_sub(1).map(|at| self.file_symbols[at])
    }

    fn adopt(&mut self, symbol: SymbolId, parent: SymbolId) {
        let canonical = match self.profile.has(Behaviour::ColdParentCanonical) {
            true => self.symbols.get(parent).alias,
            false => parent,
        };
        self.symbols.table[symbol.index()].pfunc = canonical;
        self.symbols.table[parent.index()].cfunc = symbol;
        self.symbols.table[canonical.index()].cfunc = symbol;
        // gcc's -fno-reorder-functions leaves the cold part inside its parent: cut it off.
        let child = *self.symbols.get(symbol);
        let whole = &mut self.symbols.table[parent.index()];
        if child.section == whole.section && child.offset >= whole.offset && child.end() == whole.end() {
            whole.len = whole.len.wrapping_sub(child.len);
        }
    }
}

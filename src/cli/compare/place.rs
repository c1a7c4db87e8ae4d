// SPDX-License-Identifier: GPL-2.0-only

//! Places in a file as people name them: a symbol and an offset.

use crate::arm64::mapping::Mapping;
use crate::arm64::mapping::mapping_kind;
use crate::elf::ByPlace;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::Symbol;
use crate::elf::SymbolId;

/// The symbols of a file by place.
pub(super) struct Places<'a> {
    file: &'a ElfFile<'a>,
    symbols: ByPlace,
    /// Data among code, where the machine's symbols say so.
    mapping: Mapping,
}

impl<'a> Places<'a> {
    pub fn new(file: &'a ElfFile<'a>) -> Self {
        let has_marks = file.machine == object::elf::EM_AARCH64;
        // Marks of places are no names.
        let is_mark = |sym: &Symbol| has_marks && mapping_kind(file.symbol_name(sym)).is_some();
        let symbols = ByPlace::new(file, |_, sym| !sym.is_section() && sym.name_len > 0 && !is_mark(sym));
        let mapping = if has_marks { Mapping::read(file) } else { Mapping::default() };
        Self { file, symbols, mapping }
    }

    /// Whether there is data among the code at a place.
    pub fn is_data(&self, section: SectionId, offset: u64) -> bool {
        self.mapping.is_data(section, offset)
    }

    /// The place `offset` in `section`, such as `.text: do_exit+0x12`.
    pub fn name(&self, section: SectionId, offset: u64) -> String {
        let section_name = self.section_name(section);
        match self.symbol_before(section, offset) {
            Some((start, symbol)) => format!("{section_name}: {}+{:#x}", self.symbol_name(symbol), offset - start),
            None => format!("{section_name}+{offset:#x}"),
        }
    }

    /// Start of the function or other symbol that `offset` is in, or else of the section.
    pub fn start(&self, section: SectionId, offset: u64) -> u64 {
        self.symbol_before(section, offset).map_or(0, |(start, _)| start)
    }

    /// The last symbol that starts at or before `offset`, functions before others.
    fn symbol_before(&self, section: SectionId, offset: u64) -> Option<(u64, SymbolId)> {
        let start = self.symbols.last_start(section, offset)?;
        let is_other = |id: SymbolId| !self.file.symbol(id).is_some_and(|sym| sym.is_func());
        let candidates = self.symbols.starting_at(section, start).map(|span| (is_other(span.symbol), span.symbol));
        candidates.min().map(|(_, id)| (start, id))
    }

    pub fn section_name(&self, section: SectionId) -> String {
        let section = self.file.sections.get(section.index());
        section.map_or("?".into(), |section| String::from_utf8_lossy(section.name).into_owned())
    }

    /// The symbol's name; for a section symbol the section's.
    pub fn symbol_name(&self, id: SymbolId) -> String {
        match self.file.symbol(id) {
            Some(sym) if sym.is_section() => self.section_name(sym.section),
            Some(sym) => String::from_utf8_lossy(self.file.symbol_name(sym)).into_owned(),
            None => format!("symbol {}", id.0),
        }
    }

    /// What `symbol + addend` means, by name where it is a section symbol.
    pub fn target(&self, symbol: SymbolId, addend: i64) -> String {
        if let Some(sym) = self.file.symbol(symbol)
            && sym.is_section()
            && let Ok(offset) = u64::try_from(addend)
        {
            return self.name(sym.section, offset);
        }
        let sign = if addend < 0 { '-' } else { '+' };
        format!("{}{sign}{:#x}", self.symbol_name(symbol), addend.unsigned_abs())
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! The tables of places that `objtool` makes: which there are, and what they say.

use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::objtool::code::RelocIndex;

/// Section, and offset in bytes.
pub type SectionOffset = (SectionId, u64);

/// Tables that only `objtool` makes, with the size of a record.
pub const MADE_BY_OBJTOOL: [(&str, u64); 7] = [
    (".orc_unwind_ip", 4),
    (".static_call_sites", 8),
    (".retpoline_sites", 4),
    (".return_sites", 4),
    (".call_sites", 4),
    (".ibt_endbr_seal", 4),
    (".cfi_sites", 4),
];

/// One record of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Offset in the table.
    pub offset: u64,
    /// The relocation at that offset.
    pub reloc: Option<Reloc>,
    /// Where it leads.
    pub place: Option<SectionOffset>,
}

/// A table as the file has it.
#[derive(Debug, Clone)]
pub struct Table {
    /// The section.
    pub section: SectionId,
    /// Records in order.
    pub records: Vec<Record>,
    /// Bytes after the last whole record.
    pub n_rest: u64,
}

impl Table {
    /// Reads the last section called `name`.
    pub fn read(elf: &ElfFile<'_>, relocs: &RelocIndex<'_>, name: &str, record: u64) -> Option<Self> {
        let section = elf.section_ids().rev().find(|id| elf.section(*id).name == name.as_bytes())?;
        Some(Self::read_section(elf, relocs, section, record))
    }

    /// Reads a section.
    pub fn read_section(elf: &ElfFile<'_>, relocs: &RelocIndex<'_>, section: SectionId, record: u64) -> Self {
        let size = elf.section(section).data.len() as u64;
        let relocs = relocs.of(section);
        let records = (0..size / record).map(|index| {
            let offset = index * record;
            let reloc = relocs.and_then(|relocs| relocs.in_range(offset, 1)).map(|found| found.reloc);
            let place = reloc.and_then(|reloc| target(elf, &reloc));
            Record { offset, reloc, place }
        });
        Self { section, records: records.collect(), n_rest: size % record }
    }

    /// Where the records lead, sorted.
    pub fn places(&self) -> Vec<SectionOffset> {
        let mut places: Vec<SectionOffset> = self.records.iter().filter_map(|record| record.place).collect();
        places.sort_unstable();
        places
    }
}

/// Where a relocation leads: the symbol's place plus the addend.
pub fn target(elf: &ElfFile<'_>, reloc: &Reloc) -> Option<SectionOffset> {
    let symbol = elf.symbol(reloc.symbol)?;
    (symbol.section != SectionId::UNDEF).then(|| (symbol.section, symbol.value.wrapping_add_signed(reloc.addend)))
}

/// Whether an object has any table of [`MADE_BY_OBJTOOL`].
pub fn has_any(elf: &ElfFile<'_>) -> bool {
    MADE_BY_OBJTOOL.iter().any(|(name, _)| elf.sections.iter().any(|section| section.name == name.as_bytes()))
}

/// Number of records of each table of [`MADE_BY_OBJTOOL`] and of `__mcount_loc`, in that order.
pub fn counts(elf: &ElfFile<'_>) -> Vec<(&'static str, u64)> {
    let tables = MADE_BY_OBJTOOL.iter().copied().chain([("__mcount_loc", 8)]);
    let sizes = tables.map(|(name, record)| {
        let named = elf.sections.iter().filter(|section| section.name == name.as_bytes());
        let bytes: u64 = named.map(|section| section.size).sum();
        (name, bytes / record)
    });
    sizes.filter(|(_, count)| *count > 0).collect()
}

/// Whether a section of `vmlinux.o` lists initcalls.
pub fn is_initcalls(name: &str) -> bool {
    (name.starts_with(".initcall") || name.starts_with(".con_initcall")) && name.ends_with(".init")
}

/// Initcalls by section, in the order in which they run: names of their functions.
pub fn initcalls(elf: &ElfFile<'_>, relocs: &RelocIndex<'_>) -> Vec<(String, Vec<String>)> {
    let ids = elf.section_ids().filter(|id| is_initcalls(&elf.section_text(*id)));
    let tables = ids.filter_map(|id| {
        let mut relocs: Vec<Reloc> = relocs.of(id)?.relocs.iter().collect();
        relocs.sort_by_key(|reloc| reloc.offset);
        Some((elf.section_text(id), relocs.iter().map(|reloc| elf.symbol_text(reloc.symbol)).collect()))
    });
    tables.collect()
}

/// What only one of two sorted lists has: (only in `a`, only in `b`).
pub fn difference(a: &[SectionOffset], b: &[SectionOffset]) -> (Vec<SectionOffset>, Vec<SectionOffset>) {
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return (only_a, only_b),
            (Some(x), Some(y)) if x == y => {
                a.next();
                b.next();
            }
            (Some(x), y) if y.is_none_or(|y| x < y) => {
                only_a.push(x);
                a.next();
            }
            (_, Some(y)) => {
                only_b.push(y);
                b.next();
            }
            (Some(_), None) => return (only_a, only_b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_sorted_lists() {
        let at = |offset: u64| (SectionId(1), offset);
        let (a, b) = ([at(1), at(2), at(4)], [at(2), at(3), at(3)]);
        assert_eq!(difference(&a, &b), (vec![at(1), at(4)], vec![at(3), at(3)]));
        assert_eq!(difference(&[], &b), (vec![], b.to_vec()));
        assert_eq!(difference(&a, &a), (vec![], vec![]));
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Finding the relocations that refer to symbols which got another number.

use object::endian::Endian as _;
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;

use super::ElfFile;
use super::SectionId;
use super::SymbolId;
use super::symtab::SymtabGrowth;

/// Bytes of relocations from which on several threads look through them.
const PARALLEL_FROM: usize = 4 << 20;

/// Relocation sections that one list is made of: there can be one for each function.
const SECTIONS_AT_ONCE: usize = 256;

/// A relocation section, the offset in it of a symbol's number, and the number to put there.
pub(super) type NewNumber = (SectionId, u64, u32);

/// Every relocation to a moved symbol, in one pass over the file, by section and place.
///
/// Upstream: `elf_update_sym_relocs()`, which follows a list from the symbol to its relocations after each move. Like
/// there, all relocation sections count, whichever symbol table they name.
pub(super) fn renumbered_relocs(file: &ElfFile<'_>, symtab: &SymtabGrowth) -> Vec<Vec<NewNumber>> {
    let sections: Vec<SectionId> = file.section_ids().filter(|id| file.section(*id).is_reloc()).collect();
    let n_bytes: usize = sections.iter().map(|id| file.section(*id).data.len()).sum();
    let scan = |ids: &[SectionId]| {
        let mut found = Vec::new();
        ids.iter().for_each(|id| find_in(file, *id, symtab, &mut found));
        found
    };
    if n_bytes < PARALLEL_FROM {
        return vec![scan(&sections)];
    }
    sections.par_chunks(SECTIONS_AT_ONCE).map(scan).collect()
}

fn find_in(file: &ElfFile<'_>, section: SectionId, symtab: &SymtabGrowth, found: &mut Vec<NewNumber>) {
    let Some(relocs) = file.relocs_in(section) else { return };
    let e = file.endian;
    // The symbol is the high half of the second word.
    let within = if e.is_little_endian() { 12 } else { 8 };
    let entry_size = relocs.entry_size();
    for (nth, entry) in file.section(section).data.chunks_exact(entry_size).enumerate() {
        let Some(number) = entry.get(within..).and_then(<[u8]>::first_chunk::<4>) else { continue };
        let number = SymbolId(e.read_u32_bytes(*number));
        if let Some(moved_to) = symtab.moved_to(number) {
            found.push((section, (nth * entry_size + within) as u64, moved_to));
        }
    }
}

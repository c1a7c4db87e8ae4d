// SPDX-License-Identifier: GPL-2.0-only

//! Translation units, by `STT_FILE` symbols.
//!
//! Local symbols follow the file symbol of their unit. Global ones come after all local ones and tell nothing; but a linker
//! puts the units' code one behind the other, so a global function belongs to a unit of the local symbols around it. That is
//! a guess and called one: objects made of assembler files may have no file symbol, and lie somewhere between.

use object::elf;

use crate::elf::ByPlace;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::Symbol;

/// More candidates than this are no help.
const MAX_CANDIDATES: usize = 3;

/// The units of a file.
#[derive(Debug)]
pub struct Units<'d> {
    /// Names of the file symbols, in link order.
    names: Vec<&'d [u8]>,
    /// Symbols in sections that are loaded at run time.
    places: ByPlace,
    /// Those of them that know their unit, by place.
    known: Vec<Known>,
    /// By symbol, the unit of those.
    units: Vec<Option<u32>>,
    /// By section, the lowest and highest unit of its symbols.
    in_section: Vec<Option<(u32, u32)>>,
}

/// A local symbol.
#[derive(Debug, Clone, Copy)]
struct Known {
    section: SectionId,
    start: u64,
    /// Position in `names` of its unit.
    unit: u32,
}

impl<'d> Units<'d> {
    /// Reads the symbol table.
    pub fn read(elf: &ElfFile<'d>) -> Self {
        let mut names = Vec::new();
        let mut known = Vec::new();
        let mut units = vec![None; elf.symbols.len()];
        let mut in_section: Vec<Option<(u32, u32)>> = vec![None; elf.sections.len()];
        let is_place = |sym: &Symbol| {
            let is_loaded = elf.sections.get(sym.section.index()).is_some_and(|section| section.is_alloc());
            is_loaded && !sym.is_section() && sym.kind() != elf::STT_FILE
        };
        for (sym, known_unit) in elf.symbols.iter().zip(&mut units) {
            if sym.kind() == elf::STT_FILE {
                names.push(elf.symbol_name(sym));
            }
            // Labels without a type are assembler's, which may lack a file symbol.
            let is_typed = matches!(sym.kind(), elf::STT_FUNC | elf::STT_OBJECT);
            let Some(unit) = (names.len() as u32).checked_sub(1).filter(|_| sym.is_local() && is_typed) else {
                continue;
            };
            if !is_place(sym) {
                continue;
            }
            known.push(Known { section: sym.section, start: sym.value, unit });
            *known_unit = Some(unit);
            if let Some(range) = in_section.get_mut(sym.section.index()) {
                *range = Some(range.map_or((unit, unit), |(low, high)| (low.min(unit), high.max(unit))));
            }
        }
        known.sort_by_key(|known| (known.section, known.start));
        Self { names, places: ByPlace::new(elf, |_, sym| is_place(sym)), known, units, in_section }
    }

    /// The unit that a place is of, for people; `None` if nothing is known of it.
    pub fn describe(&self, section: SectionId, offset: u64) -> Option<String> {
        let (first, last, is_known) = self.range(section, offset)?;
        let names = self.names.get(usize::try_from(first).ok()?..=usize::try_from(last).ok()?)?;
        if names.len() > MAX_CANDIDATES {
            return None;
        }
        let names: Vec<_> = names.iter().map(|name| String::from_utf8_lossy(name)).collect();
        let guess = if is_known { "" } else { ", going by the symbols around" };
        Some(format!("{}{guess}", names.join(" or ")))
    }

    /// The first and last unit that a place may be of, and whether that is certain.
    fn range(&self, section: SectionId, offset: u64) -> Option<(u32, u32, bool)> {
        if self.names.len() == 1 {
            return Some((0, 0, true));
        }
        let containing = self.places.over(section, offset);
        if let Some(unit) = containing.and_then(|span| *self.units.get(span.symbol.index())?) {
            return Some((unit, unit, true));
        }
        // Neighbours in other sections tell something only if neither section holds the code of many units.
        let own = self.known_in(section);
        let bound = |known: Option<usize>, otherwise: u32| match known.and_then(|known| self.known.get(known)) {
            None if is_one(own) => Some(otherwise),
            None => None,
            Some(known) => {
                let is_near = known.section == section || (is_one(own) && is_one(self.known_in(known.section)));
                is_near.then_some(known.unit)
            }
        };
        let next = self.known.partition_point(|known| (known.section, known.start) <= (section, offset));
        let last_unit = (self.names.len() as u32).checked_sub(1)?;
        let (before, next) = (bound(next.checked_sub(1), 0)?, bound(Some(next), last_unit)?);
        (before <= next).then_some((before, next, false))
    }

    /// The lowest and highest unit that is known in a section.
    fn known_in(&self, section: SectionId) -> Option<(u32, u32)> {
        self.in_section.get(section.index()).copied().flatten()
    }
}

/// Whether a section is not known to hold several units.
fn is_one(units: Option<(u32, u32)>) -> bool {
    units.is_none_or(|(lowest, highest)| lowest == highest)
}

// SPDX-License-Identifier: GPL-2.0-only

//! Finding the symbol nearest to a place in a section.
//!
//! Only sections that somebody asks about get into the table: a `vmlinux.o` has a million symbols, and names are needed
//! for a handful of sections.
//!
//! Upstream: `symsearch.c`.

use object::elf;

use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;

/// A symbol's place and number; their order is the table's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SymbolPlace {
    section: u32,
    address: u64,
    symbol: u32,
}

/// The symbols of some sections by place.
#[derive(Debug)]
pub struct SymSearch {
    places: Vec<SymbolPlace>,
}

impl SymSearch {
    /// Collects the symbols of `sections` that have a valid name.
    pub fn new(symbols: &ModuleSymbols, machine: u16, sections: impl IntoIterator<Item = u32>) -> Self {
        let mut wanted: Vec<u32> = sections.into_iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut places = Vec::new();
        if wanted.is_empty() {
            return Self { places };
        }
        for (index, symbol) in symbols.iter().enumerate() {
            if wanted.binary_search(&symbol.section).is_err() || !symbols.has_valid_name(&symbol) {
                continue;
            }
            // Bit 0 of a Thumb function's value is no part of its address.
            let is_thumb = machine == elf::EM_ARM && symbol.kind() == elf::STT_FUNC;
            let address = if is_thumb { symbol.value & !1 } else { symbol.value };
            places.push(SymbolPlace { section: symbol.section, address, symbol: index as u32 });
        }
        places.sort_unstable();
        // Of several symbols at one place only the first in the file's order is ever named.
        places.dedup_by_key(|place| (place.section, place.address));
        Self { places }
    }

    /// The last symbol of `section` at or before `address`.
    pub fn at_or_before(&self, symbols: &ModuleSymbols, section: u32, address: u64) -> Option<ModuleSymbol> {
        symbols.get(self.before(section, address)?.symbol as usize)
    }

    /// The symbol of `section` closest to `address`, at most `distance` bytes away; the lower one of two.
    pub fn nearest(&self, symbols: &ModuleSymbols, section: u32, address: u64, distance: u64) -> Option<ModuleSymbol> {
        let after = self.places.get(self.split(section, address)).filter(|place| place.section == section);
        let after = after.map(|place| (place.address.wrapping_sub(address), place.symbol));
        let before = self.before(section, address);
        let before = before.map(|place| (address.wrapping_sub(place.address), place.symbol));
        let candidates = before.into_iter().chain(after).filter(|(away, _)| *away <= distance);
        let (_, symbol) = candidates.min_by_key(|(away, _)| *away)?;
        symbols.get(symbol as usize)
    }

    /// Number of places up to and including `address` in `section`.
    fn split(&self, section: u32, address: u64) -> usize {
        self.places.partition_point(|place| (place.section, place.address) <= (section, address))
    }

    fn before(&self, section: u32, address: u64) -> Option<&SymbolPlace> {
        let last = self.split(section, address).checked_sub(1)?;
        self.places.get(last).filter(|place| place.section == section)
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Naming references up to 6.1: the symbol before a place in any section of that name, or close to a place in a section.
//!
//! Which of several candidates wins differs from [`super::symsearch`], and so does what counts as a name.
//!
//! Upstream: `find_elf_symbol2()` and `find_elf_symbol()`, which look at every symbol for every reference.

use std::collections::HashMap;

use object::elf;

use super::object::ModuleObject;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use super::text::Name;

/// A symbol's value and number.
type ValueAndIndex = (u64, u32);

/// The symbols of some sections.
#[derive(Debug)]
pub struct SymScan {
    /// By name of their section, in order of value and number.
    by_name: HashMap<Name, Vec<ValueAndIndex>>,
    /// By number of their section, in the table's order; section symbols are left out.
    by_section: HashMap<u32, Vec<ValueAndIndex>>,
}

impl SymScan {
    /// Collects the symbols of all sections with these names, and of the sections with these numbers.
    pub fn new(object: &ModuleObject, symbols: &ModuleSymbols, names: Vec<Name>, sections: Vec<u32>) -> Self {
        let mut by_name: HashMap<Name, Vec<ValueAndIndex>> = names.into_iter().map(|name| (name, Vec::new())).collect();
        let mut by_section: HashMap<u32, Vec<ValueAndIndex>> =
            sections.into_iter().map(|index| (index, Vec::new())).collect();
        if !by_name.is_empty() {
            for (index, symbol) in symbols.iter().enumerate() {
                let is_special = (elf::SHN_LORESERVE..elf::SHN_XINDEX).contains(&symbol.shndx);
                let place = (symbol.value, index as u32);
                let named = by_name.get_mut(object.section_name(symbol.section as usize)).filter(|_| !is_special);
                let numbered = by_section.get_mut(&symbol.section).filter(|_| symbol.kind() != elf::STT_SECTION);
                if (named.is_some() || numbered.is_some()) && has_valid_name(symbols, &symbol) {
                    named.into_iter().chain(numbered).for_each(|places| places.push(place));
                }
            }
            by_name.values_mut().for_each(|places| places.sort_unstable());
        }
        Self { by_name, by_section }
    }

    /// The last symbol at or before `address` in the sections called `section`; of several at one place the last one in
    /// the table.
    pub fn at_or_before(&self, symbols: &ModuleSymbols, section: &[u8], address: u64) -> Option<ModuleSymbol> {
        let places = self.by_name.get(section)?;
        let last = places.partition_point(|(value, _)| *value <= address).checked_sub(1)?;
        symbols.get(places.get(last)?.1 as usize)
    }

    /// The symbol of `section` less than 20 bytes from `address`; of several as close the first one in the table.
    /// Addresses are cut to 32 bits.
    pub fn nearest(&self, symbols: &ModuleSymbols, section: u32, address: i32) -> Option<ModuleSymbol> {
        const LIMIT: i32 = 20;
        let mut nearest = (LIMIT, None);
        for (value, index) in self.by_section.get(&section)? {
            let away = (*value as i32).wrapping_sub(address);
            let away = if away < 0 { away.wrapping_neg() } else { away };
            if away < nearest.0 {
                nearest = (away, Some(*index));
            }
        }
        symbols.get(nearest.1? as usize)
    }
}

/// Whether a name says something: it is not empty and no mapping symbol of ARM.
fn has_valid_name(symbols: &ModuleSymbols, symbol: &ModuleSymbol) -> bool {
    !matches!(
        symbols.name(symbol),
        [] | [b'$', b'a' | b'd' | b't' | b'x'] | [b'$', b'a' | b'd' | b't' | b'x', b'.', ..]
    )
}

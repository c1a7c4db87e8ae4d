// SPDX-License-Identifier: GPL-2.0-only

//! Which symbols to name for a reference; the series differ in how they are looked for.

use super::object::ModuleObject;
use super::references::Hit;
use super::references::Why;
use super::symscan::SymScan;
use super::symsearch::SymSearch;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use super::text::Name;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// The symbols in the sections that references come from and go to.
#[derive(Debug)]
pub enum ReferenceNames {
    /// 6.6 and newer.
    Search(SymSearch),
    /// Up to 6.1.
    Scan(SymScan),
}

/// Where a reference goes to in its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceTarget {
    /// This address.
    Address(u64),
    /// Nobody knows.
    Unknown,
}

impl ReferenceNames {
    /// Collects what is needed to name `hits`.
    pub fn new(object: &ModuleObject, symbols: &ModuleSymbols, hits: &[Hit], profile: &ModpostProfile) -> Self {
        let from = |hit: &Hit| object.sections.get(hit.reloc_section).map_or(0, |header| header.info);
        let symbol_of = |hit: &Hit| symbols.get(hit.reloc.symbol.index()).filter(|_| hit.why != Why::Export);
        if profile.has(Behaviour::NearestSymbol) {
            let unnamed = |hit: &Hit| symbol_of(hit).filter(|symbol| !symbols.has_valid_name(symbol));
            let to = hits.iter().filter_map(unnamed).map(|symbol| symbol.section);
            return Self::Search(SymSearch::new(symbols, object.machine, hits.iter().map(from).chain(to)));
        }
        let mut names: Vec<Name> =
            hits.iter().map(|hit| object.source_name(hit.reloc_section, profile).into()).collect();
        names.sort_unstable();
        names.dedup();
        let unnamed = |hit: &Hit| symbol_of(hit).filter(|symbol| symbol.name == 0);
        let sections = hits.iter().filter_map(unnamed).map(|symbol| symbol.section).collect();
        Self::Scan(SymScan::new(object, symbols, names, sections))
    }

    /// The symbol in section number `section`, called `name`, that something at `offset` belongs to.
    pub fn source(&self, symbols: &ModuleSymbols, section: usize, name: &[u8], offset: u64) -> Option<ModuleSymbol> {
        match self {
            Self::Search(search) => search.at_or_before(symbols, section as u32, offset),
            Self::Scan(scan) => scan.at_or_before(symbols, name, offset),
        }
    }

    /// The symbol that a reference to `symbol` at `target` is best called by.
    pub fn target(
        &self,
        symbols: &ModuleSymbols,
        symbol: &ModuleSymbol,
        target: ReferenceTarget,
    ) -> Option<ModuleSymbol> {
        match (self, target) {
            (Self::Search(_), _) if symbols.has_valid_name(symbol) => Some(*symbol),
            (Self::Search(search), ReferenceTarget::Address(address)) => {
                search.nearest(symbols, symbol.section, address, 20).or(Some(*symbol))
            }
            (Self::Search(_), ReferenceTarget::Unknown) => Some(*symbol),
            (Self::Scan(_), _) if symbol.name != 0 => Some(*symbol),
            (Self::Scan(scan), ReferenceTarget::Address(address)) => {
                scan.nearest(symbols, symbol.section, address as i32)
            }
            (Self::Scan(_), ReferenceTarget::Unknown) => None,
        }
    }
}

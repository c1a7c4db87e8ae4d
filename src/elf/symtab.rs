// SPDX-License-Identifier: GPL-2.0-only

//! How a symbol table grows: a new local symbol takes the place of the first global one, which moves to the end.
//!
//! A symbol table lists its local symbols first. The original makes room for each new local symbol by moving exactly one
//! global symbol, so the numbers of all other symbols, and the relocations to them, stay as they are:
//!
//! ```text
//! before   local … local | G0 G1 G2 … Gn
//! after    local … local new | G1 G2 … Gn G0
//! ```
//!
//! Upstream: `elf_create_symbol()`. It rewrites relocations at every step; here only the final numbers count, since
//! nothing reads the intermediate ones.

use object::Endianness;
use object::elf;
use object::endian::Endian as _;

use super::ElfError;
use super::ElfFile;
use super::SymbolId;
use super::error::elf_err;

/// A symbol of the growing table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolRef {
    /// A symbol of the input.
    Input(SymbolId),
    /// A new one, by order of creation.
    Added(u32),
}

/// Fields of a new symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddedSymbol {
    /// `st_name`.
    pub name_offset: u32,
    /// Section that defines it, or 0.
    pub section: u32,
    /// `st_value`.
    pub value: u64,
    /// `st_size`.
    pub size: u64,
    /// `st_info`.
    pub info: u8,
    /// `st_other`.
    pub other: u8,
}

/// The growing table.
#[derive(Debug)]
pub(super) struct SymtabGrowth {
    /// Number of symbols of the input.
    n_input: u32,
    /// `sh_info` of the input: the first symbol that is not local.
    first_global: u32,
    /// `sh_info` as it is now.
    pub first_global_now: u32,
    /// What now is at `first_global`, `first_global + 1`, … up to the end of the input's table.
    replaced: Vec<SymbolRef>,
    /// What is past the end of the input's table.
    appended: Vec<SymbolRef>,
    /// New symbols by order of creation.
    added: Vec<AddedSymbol>,
    /// Number now of each of `added`.
    added_index: Vec<u32>,
    /// Number now of the input's symbols `first_global`, `first_global + 1`, …; the ones after these did not move.
    moved: Vec<u32>,
}

impl SymtabGrowth {
    /// A table of `n_input` symbols, of which `first_global` is the first one that is not local.
    pub fn new(n_input: u32, first_global: u32) -> Self {
        Self {
            n_input,
            first_global,
            first_global_now: first_global,
            replaced: Vec::new(),
            appended: Vec::new(),
            added: Vec::new(),
            added_index: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Adds a symbol.
    pub fn add(&mut self, symbol: AddedSymbol) -> Result<SymbolRef, ElfError> {
        let id = u32::try_from(self.added.len()).map_err(|_| too_many())?;
        let end = self.len()?;
        let new = SymbolRef::Added(id);
        self.added.push(symbol);
        if symbol.info >> 4 != elf::STB_LOCAL {
            self.appended.push(new);
            self.added_index.push(end);
            return Ok(new);
        }
        let place = self.first_global_now;
        match self.at(place) {
            Some(old) => {
                self.put(place, new);
                self.appended.push(old);
                self.renumber(old, end);
                self.added_index.push(place);
            }
            None => {
                self.appended.push(new);
                self.added_index.push(end);
            }
        }
        self.first_global_now = place.checked_add(1).ok_or_else(too_many)?;
        Ok(new)
    }

    /// Number of symbols now.
    fn len(&self) -> Result<u32, ElfError> {
        u32::try_from(self.appended.len()).ok().and_then(|n| n.checked_add(self.n_input)).ok_or_else(too_many)
    }

    /// What is at `index`. Only asked for the place of the first global symbol, which the `replaced` ones precede.
    fn at(&self, index: u32) -> Option<SymbolRef> {
        match index.checked_sub(self.n_input) {
            Some(past) => self.appended.get(past as usize).copied(),
            None => Some(SymbolRef::Input(SymbolId(index))),
        }
    }

    fn put(&mut self, index: u32, new: SymbolRef) {
        match index.checked_sub(self.n_input) {
            Some(past) => {
                if let Some(slot) = self.appended.get_mut(past as usize) {
                    *slot = new;
                }
            }
            None => self.replaced.push(new),
        }
    }

    fn renumber(&mut self, symbol: SymbolRef, index: u32) {
        match symbol {
            SymbolRef::Input(id) => {
                let nth = (id.0 - self.first_global) as usize;
                match self.moved.get_mut(nth) {
                    Some(slot) => *slot = index,
                    None => self.moved.push(index),
                }
            }
            SymbolRef::Added(id) => {
                if let Some(slot) = self.added_index.get_mut(id as usize) {
                    *slot = index;
                }
            }
        }
    }

    /// Whether any symbol of the input has another number now.
    pub fn has_moves(&self) -> bool {
        !self.moved.is_empty()
    }

    /// The number now of symbol `id` of the input if that is another one.
    pub fn moved_to(&self, id: SymbolId) -> Option<u32> {
        let nth = id.0.checked_sub(self.first_global)?;
        self.moved.get(nth as usize).copied()
    }

    /// Number now of `symbol`.
    pub fn index_of(&self, symbol: SymbolRef) -> u32 {
        match symbol {
            SymbolRef::Input(id) => self.moved_to(id).unwrap_or(id.0),
            SymbolRef::Added(id) => self.added_index.get(id as usize).copied().unwrap_or_default(),
        }
    }

    /// Number of the first symbol in [`Self::replaced`].
    pub fn replaced_start(&self) -> u32 {
        self.first_global
    }

    /// Symbols that took the place of others, without gaps from [`Self::replaced_start`] on.
    pub fn replaced(&self) -> &[SymbolRef] {
        &self.replaced
    }

    /// Symbols past the end of the input's table.
    pub fn appended(&self) -> &[SymbolRef] {
        &self.appended
    }

    /// Fields of a new symbol.
    pub fn added(&self, id: u32) -> Option<&AddedSymbol> {
        self.added.get(id as usize)
    }
}

fn too_many() -> ElfError {
    elf_err!("the symbol table would have more than {} symbols", u32::MAX)
}

/// A symbol table entry as it is stored, with its `.symtab_shndx` word.
#[derive(Debug, Clone, Copy)]
pub(super) struct SymbolRecord {
    /// The entry.
    pub entry: [u8; 24],
    /// The word. The original stores the real section number even where `st_shndx` can hold it.
    pub section_word: [u8; 4],
}

impl SymbolRecord {
    /// The record of `symbol`, whose size may have been changed to `size`. Upstream: `elf_update_symbol()`.
    pub fn new(
        file: &ElfFile<'_>,
        growth: &SymtabGrowth,
        symbol: SymbolRef,
        size: Option<u64>,
    ) -> Result<Self, ElfError> {
        let fields = match symbol {
            SymbolRef::Added(id) => {
                let new = growth.added(id).ok_or_else(|| elf_err!("new symbol {id} does not exist"))?;
                (new, new.section)
            }
            SymbolRef::Input(id) => {
                let old = file.symbol(id).ok_or_else(|| elf_err!("symbol {} does not exist", id.0))?;
                let section = if is_reserved(old.shndx) { u32::from(old.shndx) } else { old.section.0 };
                let fields = AddedSymbol {
                    name_offset: old.name_offset,
                    section,
                    value: old.value,
                    size: size.unwrap_or(old.size),
                    info: old.info,
                    other: old.other,
                };
                return Self::encode(file, &fields, section, is_reserved(old.shndx));
            }
        };
        Self::encode(file, fields.0, fields.1, false)
    }

    fn encode(file: &ElfFile<'_>, symbol: &AddedSymbol, section: u32, reserved: bool) -> Result<Self, ElfError> {
        let fits = reserved || section < u32::from(elf::SHN_LORESERVE);
        if !fits && file.symtab_shndx.index() == 0 {
            return Err(elf_err!("no .symtab_shndx"));
        }
        let shndx = if fits { section as u16 } else { elf::SHN_XINDEX };
        let e = file.endian;
        Ok(Self { entry: encode_entry(e, symbol, shndx), section_word: e.write_u32_bytes(section) })
    }
}

/// Whether `st_shndx` is neither a section nor the sign that the section is in `.symtab_shndx`.
fn is_reserved(shndx: u16) -> bool {
    shndx >= elf::SHN_LORESERVE && shndx != elf::SHN_XINDEX
}

fn encode_entry(e: Endianness, symbol: &AddedSymbol, shndx: u16) -> [u8; 24] {
    let mut entry = [0; 24];
    entry[0..4].copy_from_slice(&e.write_u32_bytes(symbol.name_offset));
    entry[4] = symbol.info;
    entry[5] = symbol.other;
    entry[6..8].copy_from_slice(&e.write_u16_bytes(shndx));
    entry[8..16].copy_from_slice(&e.write_u64_bytes(symbol.value));
    entry[16..24].copy_from_slice(&e.write_u64_bytes(symbol.size));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(info: u8) -> AddedSymbol {
        AddedSymbol { name_offset: 0, section: 1, value: 0, size: 0, info, other: 0 }
    }

    const LOCAL: u8 = elf::STB_LOCAL << 4;
    const GLOBAL: u8 = elf::STB_GLOBAL << 4;

    #[test]
    fn a_local_symbol_moves_one_global_to_the_end() {
        let mut table = SymtabGrowth::new(6, 3);
        assert_eq!(table.add(symbol(LOCAL)), Ok(SymbolRef::Added(0)));
        assert_eq!(table.index_of(SymbolRef::Added(0)), 3);
        assert_eq!(table.moved_to(SymbolId(3)), Some(6));
        assert_eq!(table.moved_to(SymbolId(4)), None);
        assert_eq!(table.first_global_now, 4);
    }

    #[test]
    fn a_global_symbol_moves_nothing() {
        let mut table = SymtabGrowth::new(6, 3);
        assert_eq!(table.add(symbol(GLOBAL)), Ok(SymbolRef::Added(0)));
        assert_eq!(table.index_of(SymbolRef::Added(0)), 6);
        assert!(!table.has_moves());
        assert_eq!(table.first_global_now, 3);
    }

    #[test]
    fn moved_symbols_move_again_when_the_globals_run_out() {
        // | L G |  ->  L a | G  ->  L a b | G: the second step finds the symbol that the first one moved.
        let mut table = SymtabGrowth::new(2, 1);
        assert!(table.add(symbol(LOCAL)).is_ok());
        assert!(table.add(symbol(LOCAL)).is_ok());
        assert_eq!(table.index_of(SymbolRef::Added(0)), 1);
        assert_eq!(table.index_of(SymbolRef::Added(1)), 2);
        assert_eq!(table.moved_to(SymbolId(1)), Some(3));
        assert_eq!(table.replaced(), [SymbolRef::Added(0)]);
        assert_eq!(table.appended(), [SymbolRef::Added(1), SymbolRef::Input(SymbolId(1))]);
    }

    #[test]
    fn without_globals_local_symbols_are_appended() {
        let mut table = SymtabGrowth::new(4, 4);
        assert!(table.add(symbol(LOCAL)).is_ok());
        assert_eq!(table.index_of(SymbolRef::Added(0)), 4);
        assert_eq!(table.first_global_now, 5);
        assert!(!table.has_moves());
    }
}

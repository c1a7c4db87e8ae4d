// SPDX-License-Identifier: GPL-2.0-only

//! The symbol table for linkers: what a file defines and needs.
//!
//! Every symbol has its name as an object would have it, and flags. Symbols of file-level assembly are in it too, without a
//! name in the intermediate language, as far as LLVM's assembler could read it. What inline assembly inside of functions refers
//! to is not, nor are calls that the compiler makes by itself later.

use std::ops::RangeInclusive;

use bitflags::bitflags;

use super::BitcodeError;
use super::Bytes;
use super::blocks;

/// Versions of the table that are laid out as read here: 2 is LLVM 9's, 4 is LLVM 23's. What differs lies in what is not read here:
/// 4 has wider sizes of common symbols.
pub const TABLE_VERSIONS: RangeInclusive<u32> = 2..=4;
/// Bytes of the header up to the name of the source file, and of a symbol.
const HEADER_LEN: usize = 60;
const SYMBOL_LEN: usize = 24;
/// Words of the header.
const PRODUCER: usize = 1;
const MODULES: usize = 3;
const SYMBOLS: usize = 7;
const SOURCE_FILE: usize = 13;
/// `ComdatIndex` of a symbol outside of groups.
const NO_COMDAT: u32 = u32::MAX;
/// Names that are shared are listed a few times, so all of them together are not much longer than the string table.
const MOST_SHARED: u64 = 64;

bitflags! {
    /// Properties of a symbol.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Flags: u32 {
        /// Used here and defined elsewhere.
        const UNDEFINED = 1 << 3;
        /// May be replaced, or be missing.
        const WEAK = 1 << 4;
        /// Without contents; several of one name become one.
        const COMMON = 1 << 5;
        /// Visible to other files.
        const GLOBAL = 1 << 10;
        /// Of no concern to the link, such as `llvm.used`.
        const FORMAT_SPECIFIC = 1 << 11;
        /// Code.
        const EXECUTABLE = 1 << 13;
    }
}

/// A symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name in an object.
    pub name: &'a [u8],
    /// It comes from file-level assembly.
    pub is_assembly: bool,
    /// It is of a group of which the linker keeps one.
    pub is_in_group: bool,
    /// Its properties.
    pub flags: Flags,
}

impl Symbol<'_> {
    /// It is defined here.
    pub fn is_defined(&self) -> bool {
        !self.flags.intersects(Flags::UNDEFINED | Flags::FORMAT_SPECIFIC)
    }

    /// It is defined here, and others see it.
    pub fn is_global_definition(&self) -> bool {
        self.is_defined() && self.flags.contains(Flags::GLOBAL)
    }

    /// It is defined here, and no other file may define it, too.
    pub fn is_strong_definition(&self) -> bool {
        self.is_global_definition() && !self.flags.intersects(Flags::WEAK | Flags::COMMON) && !self.is_in_group
    }
}

/// The table of one file, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symtab {
    symbols: Vec<u8>,
    strings: Vec<u8>,
    source_file: (u32, u32),
    producer: (u32, u32),
}

impl Symtab {
    /// Finds and checks the table of a file.
    pub fn read(file: &(impl Bytes + ?Sized)) -> Result<Self, BitcodeError> {
        let found = blocks::find(file)?;
        let table = blocks::blob(file, &found.symtab)?;
        let strings = blocks::blob(file, &found.strtab)?;
        let unknown_version = word(&table, 0).filter(|version| !TABLE_VERSIONS.contains(version));
        Self::parse(&table, strings, found.n_modules)
            .map_err(|what| BitcodeError { unknown_version, ..BitcodeError::new(what, found.symtab.offset()) })
    }

    fn parse(table: &[u8], strings: Vec<u8>, n_modules: u64) -> Result<Self, &'static str> {
        let header = table.get(..HEADER_LEN).ok_or("the header of the symbol table is cut")?;
        let word = |index: usize| word(header, index).ok_or("the header of the symbol table is cut");
        if !TABLE_VERSIONS.contains(&word(0)?) {
            return Err("the symbol table is of an unknown version");
        }
        // Files that were glued together have one table for the first of them only.
        if u64::from(word(MODULES + 1)?) != n_modules {
            return Err("the symbol table is not about all modules of the file");
        }
        let (start, count) = (word(SYMBOLS)? as usize, word(SYMBOLS + 1)? as usize);
        let end = count.checked_mul(SYMBOL_LEN).and_then(|size| start.checked_add(size));
        let symbols = end.and_then(|end| table.get(start..end)).ok_or("the symbols lie outside of the table")?;
        let source_file = (word(SOURCE_FILE)?, word(SOURCE_FILE + 1)?);
        let producer = (word(PRODUCER)?, word(PRODUCER + 1)?);
        let all = Self { symbols: symbols.to_vec(), strings, source_file, producer };
        all.check()?;
        Ok(all)
    }

    /// Every name lies in the string table, and all of them together are no more than some times as long.
    fn check(&self) -> Result<(), &'static str> {
        let mut total = 0_u64;
        for record in self.symbols.chunks_exact(SYMBOL_LEN) {
            let name = self.name(record, 0).ok_or("a symbol's name lies outside of the string table")?;
            total = total.saturating_add(name.len() as u64);
        }
        let limit = MOST_SHARED.saturating_mul(self.strings.len() as u64);
        if total > limit { Err("the names are far longer than the string table") } else { Ok(()) }
    }

    /// The symbols, in the table's order.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.symbols.chunks_exact(SYMBOL_LEN).filter_map(|record| {
            Some(Symbol {
                name: self.name(record, 0)?,
                is_assembly: word(record, 3)? == 0,
                is_in_group: word(record, 4)? != NO_COMDAT,
                flags: Flags::from_bits_truncate(word(record, 5)?),
            })
        })
    }

    /// The source file, as the compiler was told; empty if it is not known.
    pub fn source_file(&self) -> &[u8] {
        let (start, len) = self.source_file;
        self.string(start, len).unwrap_or_default()
    }

    /// The version of the LLVM that made the table, as it calls itself; empty if it is not known. Its order of symbols of file-level
    /// assembly is that of this version's hash tables.
    pub fn producer(&self) -> &[u8] {
        let (start, len) = self.producer;
        self.string(start, len).unwrap_or_default()
    }

    /// The name whose place and length begin at a word of a record.
    fn name(&self, record: &[u8], index: usize) -> Option<&[u8]> {
        self.string(word(record, index)?, word(record, index + 1)?)
    }

    fn string(&self, start: u32, len: u32) -> Option<&[u8]> {
        let (start, len) = (start as usize, len as usize);
        self.strings.get(start..start.checked_add(len)?)
    }
}

/// A word of a table.
fn word(table: &[u8], index: usize) -> Option<u32> {
    let start = index.checked_mul(4)?;
    table.get(start..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &[u8] = include_bytes!("../../../testdata/gate/kernel/lib.o");

    fn text(symbol: &Symbol<'_>) -> String {
        String::from_utf8_lossy(symbol.name).into_owned()
    }

    #[test]
    fn symbols_of_a_file() {
        let symtab = Symtab::read(LIB).expect("it is sound");
        let symbols: Vec<Symbol<'_>> = symtab.symbols().collect();
        let named = |name: &str| symbols.iter().find(|symbol| symbol.name == name.as_bytes()).expect("it is there");
        assert!(named("helper").is_strong_definition() && named("helper").flags.contains(Flags::EXECUTABLE));
        assert!(!named("helper").is_assembly);
        assert!(named("slow_path").is_defined() && !named("slow_path").is_global_definition());
        assert!(named("__export_symbol_helper").is_assembly, "{:?}", symbols.iter().map(text).collect::<Vec<_>>());
        assert_eq!(symtab.source_file(), b"../src/lib.c");
        assert_eq!(symtab.producer().split(|byte| *byte == b'.').count(), 3);
    }

    fn table(change: impl FnOnce(&mut [u32; 21])) -> Result<usize, &'static str> {
        let mut words = [3, 0, 0, 0, 1, 0, 0, 60, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, NO_COMDAT, 1 << 10];
        change(&mut words);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        Symtab::parse(&bytes, b"name".to_vec(), 1).map(|symtab| symtab.symbols().count())
    }

    #[test]
    fn damaged_tables_are_refused() {
        assert_eq!([2, 3, 4].map(|version| table(|words| words[0] = version)), [Ok(1); 3]);
        assert_eq!(table(|words| words[0] = 9), Err("the symbol table is of an unknown version"));
        assert_eq!(table(|words| words[4] = 2), Err("the symbol table is not about all modules of the file"));
        assert_eq!(table(|words| words[8] = 2), Err("the symbols lie outside of the table"));
        assert_eq!(table(|words| words[8] = u32::MAX), Err("the symbols lie outside of the table"));
        assert_eq!(table(|words| words[16] = 5), Err("a symbol's name lies outside of the string table"));
        assert_eq!(table(|words| words[15] = u32::MAX), Err("a symbol's name lies outside of the string table"));
        assert_eq!(Symtab::parse(&[0; 8], Vec::new(), 1), Err("the header of the symbol table is cut"));
    }

    #[test]
    fn one_name_for_all_is_refused() {
        let symbol = [0, 4, 0, 0, NO_COMDAT, 0];
        let header = [3, 0, 0, 0, 1, 0, 0, 60, 1000, 0, 0, 0, 0, 0, 0];
        let words = header.iter().chain(symbol.iter().cycle().take(6 * 1000));
        let bytes: Vec<u8> = words.flat_map(|word: &u32| word.to_le_bytes()).collect();
        let wanted = Err("the names are far longer than the string table");
        assert_eq!(Symtab::parse(&bytes, b"name".to_vec(), 1).map(|_| ()), wanted);
    }
}

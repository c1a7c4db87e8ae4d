// SPDX-License-Identifier: GPL-2.0-only

//! An object that is damaged on purpose: single fields are overwritten in place.

use postlink::elf::ElfFile;
use postlink::elf::SectionId;

/// The bytes of a 64-bit little-endian object.
#[derive(Clone)]
pub struct Object(pub Vec<u8>);

/// A field: its offset and its width in bytes.
pub type Field = (usize, usize);

/// Fields of the file header.
pub const E_MACHINE: Field = (18, 2);
pub const E_SHOFF: Field = (40, 8);
pub const E_SHNUM: Field = (60, 2);
pub const E_SHSTRNDX: Field = (62, 2);

/// Fields of a section header.
pub const SH_FLAGS: Field = (8, 8);
pub const SH_OFFSET: Field = (24, 8);
pub const SH_SIZE: Field = (32, 8);
pub const SH_LINK: Field = (40, 4);
pub const SH_ALIGN: Field = (48, 8);

/// Fields of a relocation with addend.
pub const R_OFFSET: Field = (0, 8);
pub const R_TYPE: Field = (8, 4);
pub const R_SYM: Field = (12, 4);
pub const R_ADDEND: Field = (16, 8);

/// Fields of a symbol.
pub const ST_INFO: Field = (4, 1);
pub const ST_VALUE: Field = (8, 8);

/// Sizes of a section header, a relocation with addend and a symbol.
const HEADER: usize = 64;
const RELA: usize = 24;
const SYMBOL: usize = 24;

impl Object {
    /// Looks at the object as it is before the damage.
    pub fn with<T>(&self, look: impl FnOnce(&ElfFile<'_>) -> T) -> T {
        look(&ElfFile::parse(&self.0).expect("the object is whole before it is damaged"))
    }

    /// Number of the last section of this name.
    pub fn section(&self, name: &str) -> usize {
        let found = self.with(|elf| elf.section_ids().rev().find(|id| elf.section(*id).name == name.as_bytes()));
        found.unwrap_or_else(|| panic!("no section {name}")).index()
    }

    /// Number of the symbol of this name.
    pub fn symbol(&self, name: &str) -> usize {
        let found = self.with(|elf| elf.symbols.iter().position(|sym| elf.symbol_name(sym) == name.as_bytes()));
        found.unwrap_or_else(|| panic!("no symbol {name}"))
    }

    /// Place of a section's contents in the file.
    pub fn contents(&self, name: &str) -> usize {
        let id = SectionId(self.section(name) as u32);
        self.with(|elf| elf.section(id).offset as usize)
    }

    /// Place of a field of a section header.
    pub fn header(&self, name: &str, field: Field) -> Field {
        self.header_of(self.section(name), field)
    }

    /// Place of a field of the header of the section of this number.
    pub fn header_of(&self, section: usize, field: Field) -> Field {
        (self.with(|elf| elf.section_headers_offset as usize) + section * HEADER + field.0, field.1)
    }

    /// Place of a field of the `nth` relocation of a section.
    pub fn reloc(&self, section: &str, nth: usize, field: Field) -> Field {
        (self.contents(&format!(".rela{section}")) + nth * RELA + field.0, field.1)
    }

    /// Place of a field of a symbol.
    pub fn symbol_field(&self, name: &str, field: Field) -> Field {
        self.field_of(self.symbol(name), field)
    }

    /// Place of a field of the symbol of this number.
    pub fn field_of(&self, symbol: usize, field: Field) -> Field {
        let start = self.with(|elf| elf.section(elf.symtab).offset as usize) + symbol * SYMBOL;
        (start + field.0, field.1)
    }

    /// Reads a number.
    pub fn get(&self, (at, width): Field) -> u64 {
        let mut raw = [0; 8];
        raw[..width].copy_from_slice(&self.0[at..at + width]);
        u64::from_le_bytes(raw)
    }

    /// Overwrites a number.
    pub fn set(&mut self, (at, width): Field, value: u64) {
        self.0[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }

    /// The object with a number overwritten.
    pub fn with_set(mut self, field: Field, value: u64) -> Self {
        self.set(field, value);
        self
    }

    /// Overwrites bytes of a section.
    pub fn put(&mut self, section: &str, offset: usize, bytes: &[u8]) {
        let at = self.contents(section) + offset;
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Symbol table entries, normalised to 64 bits.

use object::elf;

use super::SectionId;

/// Index of a symbol in its file's symbol table; 0 is the null symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SymbolId(pub u32);

impl SymbolId {
    /// The null symbol.
    pub const NULL: Self = Self(0);

    /// The index as a `usize`, for indexing per-symbol vectors.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One symbol table entry.
#[derive(Debug, Clone, Copy)]
pub struct Symbol {
    /// `st_value`; in a relocatable file an offset into `section`.
    pub value: u64,
    /// `st_size` in bytes.
    pub size: u64,
    /// `st_name`: offset of the name in the symbol string table.
    pub name_offset: u32,
    /// Length of the name in bytes.
    pub name_len: u32,
    /// Section that defines the symbol, with `SHN_XINDEX` resolved; the null section for undefined symbols and for the
    /// reserved indices (absolute, common, …), which `shndx` tells apart.
    pub section: SectionId,
    /// `st_shndx` as stored.
    pub shndx: u16,
    /// `st_info`: binding and type.
    pub info: u8,
    /// `st_other`: visibility and machine-specific bits.
    pub other: u8,
}

impl Symbol {
    /// `STT_*`.
    pub fn kind(&self) -> u8 {
        self.info & 0xf
    }

    /// `STB_*`.
    pub fn binding(&self) -> u8 {
        self.info >> 4
    }

    /// Whether the type is `STT_FUNC`.
    pub fn is_func(&self) -> bool {
        self.kind() == elf::STT_FUNC
    }

    /// Whether the type is `STT_SECTION`.
    pub fn is_section(&self) -> bool {
        self.kind() == elf::STT_SECTION
    }

    /// Whether the binding is `STB_LOCAL`.
    pub fn is_local(&self) -> bool {
        self.binding() == elf::STB_LOCAL
    }

    /// Whether the binding is `STB_GLOBAL`.
    pub fn is_global(&self) -> bool {
        self.binding() == elf::STB_GLOBAL
    }

    /// Whether the binding is `STB_WEAK`.
    pub fn is_weak(&self) -> bool {
        self.binding() == elf::STB_WEAK
    }

    /// Whether `st_shndx` is `SHN_UNDEF`. Absolute and common symbols are defined in this sense.
    pub fn is_undefined(&self) -> bool {
        self.shndx == elf::SHN_UNDEF
    }
}

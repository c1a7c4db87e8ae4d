// SPDX-License-Identifier: GPL-2.0-only

//! What is to change in a file, as values.
//!
//! Creators read the analysis and return edits; nothing is changed until [`super::Image`] applies them all, in order. The
//! order matters: it decides where new sections, names and symbols land, and so every number that refers to them. Edits
//! speak of sections and symbols of the *input*; the image translates to final numbers.

use super::SectionId;
use super::SymbolId;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Overwrites bytes of a section of the input. Upstream: `elf_write_insn()`.
    PatchBytes {
        /// The section.
        section: SectionId,
        /// First byte to overwrite, from the start of the section.
        offset: u64,
        /// What to write there.
        bytes: &'static [u8],
    },
    /// Gives a relocation another type, usually `R_*_NONE`, and keeps its symbol and addend. Upstream: `set_reloc_type()`.
    SetRelocType {
        /// The *relocation* section.
        section: SectionId,
        /// Number of the relocation in it.
        index: u32,
        /// The new type.
        kind: u32,
    },
    /// Sets `st_size`. Upstream: `elf_write_symbol()` after a change of the size.
    ResizeSymbol {
        /// The symbol.
        symbol: SymbolId,
        /// The new size in bytes.
        size: u64,
    },
    /// Adds a symbol. Upstream: `elf_create_symbol()`.
    AddSymbol(Box<NewSymbol>),
    /// Adds a section, and its relocation section if it is to have one. Upstream: `elf_create_section()`,
    /// `elf_create_section_pair()` and `elf_init_reloc()` for each relocation.
    AddSection(Box<NewSection>),
    /// Adds a section with all that its header says. Upstream: `elf_create_section()`, `elf_create_rela_section()`.
    AddPlainSection(Box<PlainSection>),
}

/// A symbol to add. A local one takes the place of the first global symbol, which moves to the end of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSymbol {
    /// Its name, which is appended to `.strtab`; empty names are not stored.
    pub name: Vec<u8>,
    /// The section that defines it, or the null section.
    pub section: SectionId,
    /// `st_value`.
    pub value: u64,
    /// `st_size`.
    pub size: u64,
    /// `st_info`: binding and type.
    pub info: u8,
    /// `st_other`.
    pub other: u8,
}

/// A section to add after all present ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSection {
    /// Its name.
    pub name: Vec<u8>,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_addralign`.
    pub align: u64,
    /// `sh_entsize`.
    pub entsize: u64,
    /// Contents.
    pub data: Vec<u8>,
    /// Relocations in record order. `None` makes no relocation section, an empty list an empty one.
    pub relocs: Option<Vec<NewReloc>>,
}

/// A section to add after all present ones, without one for its relocations: that is another such section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainSection {
    /// Its name.
    pub name: Vec<u8>,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_link`.
    pub link: u32,
    /// `sh_info`.
    pub info: u32,
    /// `sh_addralign`.
    pub align: u64,
    /// `sh_entsize`.
    pub entsize: u64,
    /// Contents.
    pub data: Vec<u8>,
    /// Size in bytes of a section without contents in the file, which `data` is empty for.
    pub nobits_size: u64,
    /// Relocations that become the contents, in record order. They may refer to symbols that come later.
    pub relocs: Vec<NewReloc>,
}

/// A relocation of a new section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewReloc {
    /// Place in the new section.
    pub offset: u64,
    /// What it refers to.
    pub target: RelocTarget,
    /// Machine-specific type, `R_*`.
    pub kind: u32,
    /// `r_addend`.
    pub addend: i64,
}

impl NewReloc {
    /// An all-zero record, which is what the original leaves when a creator gives up in the middle of its list.
    pub const UNSET: Self = Self { offset: 0, target: RelocTarget::Nothing, kind: 0, addend: 0 };
}

/// What a new relocation refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelocTarget {
    /// The start of a section of the input, by way of its section symbol. If it has none, one is created at this point.
    /// Upstream: `elf_init_reloc_text_sym()`.
    Section(SectionId),
    /// A symbol of the input.
    Symbol(SymbolId),
    /// The symbol of an earlier [`Edit::AddSymbol`]: 0 is the first of them.
    NewSymbol(u32),
    /// Symbol number 0, whatever happens to the symbol table.
    Nothing,
}

/// How a kernel series' original rewrites a file, where series differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteRules {
    /// When a group's signature symbol moves, `sh_info` of the group follows it. 7.3; before, it goes stale and then
    /// names the section symbol that took the place.
    pub group_follows_signature: bool,
    /// Names appended to a string table start at the table's alignment, and a table with `sh_addralign` 0 is refused.
    /// 7.3; before, they follow the last byte.
    pub strings_are_aligned: bool,
    /// A new section whose name is taken is refused. 7.3; before, there are then two.
    pub section_names_are_unique: bool,
    /// Debug sections that stay in place are not written, nor is a gap between two of them. 6.5; before, they were read and
    /// so written.
    pub debug_is_unread: bool,
}

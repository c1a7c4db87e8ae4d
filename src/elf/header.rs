// SPDX-License-Identifier: GPL-2.0-only

//! Section headers as plain numbers: the one decoding of them, for both classes and byte orders.
//!
//! Two policies stand on it. [`super::ElfFile`] refuses a file with a bad index or range, so that nobody above meets one.
//! `modpost::object` believes whatever the original believes: what that does not look at may be broken.

use object::Endianness;
use object::elf;
use object::read::elf::FileHeader;
use object::read::elf::SectionHeader as _;

/// Word size of a file, `e_ident[EI_CLASS]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `ELFCLASS32`.
    Elf32,
    /// `ELFCLASS64`.
    Elf64,
}

/// One section header. Integers are widened to 64 bits for both classes.
#[derive(Debug, Clone, Copy)]
pub struct SectionHeader {
    /// `sh_name`: offset of the name in the section string table.
    pub name_offset: u32,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_addr`.
    pub addr: u64,
    /// `sh_offset`.
    pub offset: u64,
    /// `sh_size` in bytes.
    pub size: u64,
    /// `sh_link`; a section index in a [`super::Section`] of a type that gives it that meaning.
    pub link: u32,
    /// `sh_info`.
    pub info: u32,
    /// `sh_addralign` as stored (0 and 1 both mean "no constraint").
    pub align: u64,
    /// `sh_entsize` in bytes.
    pub entsize: u64,
}

impl SectionHeader {
    /// Decodes as many whole headers as there are in `bytes`.
    pub fn decode_all<H: FileHeader<Endian = Endianness>>(bytes: &[u8], e: Endianness) -> Vec<Self> {
        let count = bytes.len() / size_of::<H::SectionHeader>();
        let raw = object::slice_from_bytes::<H::SectionHeader>(bytes, count).map_or(&[][..], |(raw, _)| raw);
        raw.iter().map(|raw| Self::decode::<H>(raw, e)).collect()
    }

    fn decode<H: FileHeader<Endian = Endianness>>(raw: &H::SectionHeader, e: Endianness) -> Self {
        Self {
            name_offset: raw.sh_name(e),
            kind: raw.sh_type(e),
            flags: raw.sh_flags(e).into(),
            addr: raw.sh_addr(e).into(),
            offset: raw.sh_offset(e).into(),
            size: raw.sh_size(e).into(),
            link: raw.sh_link(e),
            info: raw.sh_info(e),
            align: raw.sh_addralign(e).into(),
            entsize: raw.sh_entsize(e).into(),
        }
    }

    /// Whether the section has bytes in the file.
    pub fn has_contents(&self) -> bool {
        !matches!(self.kind, elf::SHT_NOBITS | elf::SHT_NULL)
    }

    /// Whether the section holds executable instructions (`SHF_EXECINSTR`).
    pub fn is_exec(&self) -> bool {
        self.flags & u64::from(elf::SHF_EXECINSTR) != 0
    }

    /// Whether the section occupies memory at run time (`SHF_ALLOC`).
    pub fn is_alloc(&self) -> bool {
        self.flags & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Whether the section is a relocation section of either form.
    pub fn is_reloc(&self) -> bool {
        matches!(self.kind, elf::SHT_REL | elf::SHT_RELA)
    }
}

/// Number of sections: `e_shnum`, or the size of the first header where it is 0.
pub fn section_count<H: FileHeader<Endian = Endianness>>(
    header: &H,
    e: Endianness,
    first: Option<&SectionHeader>,
) -> u64 {
    match header.e_shnum(e) {
        0 => first.map_or(0, |first| first.size),
        count => count.into(),
    }
}

/// Number of the section with the names: `e_shstrndx`, or the link of the first header where that says so.
pub fn names_index<H: FileHeader<Endian = Endianness>>(
    header: &H,
    e: Endianness,
    first: Option<&SectionHeader>,
) -> u32 {
    match header.e_shstrndx(e) {
        elf::SHN_XINDEX => first.map_or(0, |first| first.link),
        index => index.into(),
    }
}

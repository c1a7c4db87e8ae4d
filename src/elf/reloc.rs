// SPDX-License-Identifier: GPL-2.0-only

//! Relocation sections, decoded on access: an LTO `vmlinux.o` has millions of relocations, and few are looked at.

use object::Endianness;
use object::elf;
use object::endian::Endian as _;
use object::read::elf::Rel as _;
use object::read::elf::Rela as _;

use super::Class;
use super::SectionId;
use super::SymbolId;

/// One relocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloc {
    /// `r_offset`: place in the section that the relocation applies to.
    pub offset: u64,
    /// Symbol it refers to; index checked against the symbol table.
    pub symbol: SymbolId,
    /// Machine-specific type, `R_*`.
    pub kind: u32,
    /// `r_addend`; 0 for `SHT_REL`, whose addend is in the section's bytes.
    pub addend: i64,
}

/// The relocations of one relocation section.
#[derive(Debug, Clone, Copy)]
pub struct Relocs<'d> {
    /// The relocation section itself.
    pub section: SectionId,
    /// Number of the section that the relocations apply to (`sh_info`).
    pub target: SectionId,
    pub(super) data: &'d [u8],
    pub(super) class: Class,
    pub(super) endian: Endianness,
    pub(super) has_addend: bool,
    /// MIPS64 little endian stores the type fields in another order.
    pub(super) is_mips64el: bool,
}

impl<'d> Relocs<'d> {
    /// The relocations in `data`, the contents of a section or a part of one, of an object for `machine`.
    ///
    /// Symbol indices are not checked.
    pub fn over(data: &'d [u8], class: Class, endian: Endianness, has_addend: bool, machine: u16) -> Self {
        let is_mips64el = machine == elf::EM_MIPS && class == Class::Elf64 && endian == Endianness::Little;
        let (section, target) = (SectionId::UNDEF, SectionId::UNDEF);
        Self { section, target, data, class, endian, has_addend, is_mips64el }
    }

    /// Size in bytes of one record.
    pub fn entry_size(&self) -> usize {
        match (self.class, self.has_addend) {
            (Class::Elf32, false) => 8,
            (Class::Elf32, true) => 12,
            (Class::Elf64, false) => 16,
            (Class::Elf64, true) => 24,
        }
    }

    /// Number of relocations.
    pub fn len(&self) -> usize {
        self.data.len() / self.entry_size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the records carry their addend (`SHT_RELA`).
    pub fn has_addend(&self) -> bool {
        self.has_addend
    }

    /// The relocation with number `index`, or `None` past the end.
    pub fn get(&self, index: usize) -> Option<Reloc> {
        let size = self.entry_size();
        let start = index.checked_mul(size)?;
        let bytes = self.data.get(start..start.checked_add(size)?)?;
        Some(self.decode(bytes))
    }

    /// All relocations in file order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Reloc> + use<'d> {
        let this = *self;
        self.data.chunks_exact(self.entry_size()).map(move |bytes| this.decode(bytes))
    }

    /// The records as they are stored, if they have the form that x86-64 and arm64 use.
    pub fn as_rela64_little(&self) -> Option<&'d [[u8; 24]]> {
        let is_usual = self.class == Class::Elf64 && self.has_addend && self.endian == Endianness::Little;
        (is_usual && !self.is_mips64el).then_some(self.data.as_chunks().0)
    }

    /// `r_offset` of the relocation with number `index`, without decoding the rest.
    pub fn offset_at(&self, index: usize) -> Option<u64> {
        let start = index.checked_mul(self.entry_size())?;
        let field = self.data.get(start..)?;
        Some(match self.class {
            Class::Elf32 => self.endian.read_u32_bytes(field.first_chunk().copied()?).into(),
            Class::Elf64 => self.endian.read_u64_bytes(field.first_chunk().copied()?),
        })
    }

    fn decode(&self, bytes: &[u8]) -> Reloc {
        if self.class == Class::Elf64 && self.has_addend && self.endian == Endianness::Little && !self.is_mips64el {
            return decode_rela64_little(bytes);
        }
        self.decode_any(bytes)
    }

    fn decode_any(&self, bytes: &[u8]) -> Reloc {
        let e = self.endian;
        match (self.class, self.has_addend) {
            (Class::Elf32, false) => {
                let Ok((r, _)) = object::from_bytes::<elf::Rel32<Endianness>>(bytes) else { return NONE };
                Reloc { offset: r.r_offset(e).into(), symbol: SymbolId(r.r_sym(e)), kind: r.r_type(e), addend: 0 }
            }
            (Class::Elf32, true) => {
                let Ok((r, _)) = object::from_bytes::<elf::Rela32<Endianness>>(bytes) else { return NONE };
                let addend = i64::from(object::read::elf::Rela::r_addend(r, e));
                Reloc { offset: r.r_offset(e).into(), symbol: SymbolId(r.r_sym(e)), kind: r.r_type(e), addend }
            }
            (Class::Elf64, false) => {
                let Ok((r, _)) = object::from_bytes::<elf::Rel64<Endianness>>(bytes) else { return NONE };
                let (symbol, kind) = if self.is_mips64el {
                    let info = r.r_info.get(e);
                    (info as u32, ((info >> 32) as u32).swap_bytes())
                } else {
                    (r.r_sym(e), r.r_type(e))
                };
                Reloc { offset: r.r_offset(e), symbol: SymbolId(symbol), kind, addend: 0 }
            }
            (Class::Elf64, true) => {
                let Ok((r, _)) = object::from_bytes::<elf::Rela64<Endianness>>(bytes) else { return NONE };
                let mips = self.is_mips64el;
                let addend = object::read::elf::Rela::r_addend(r, e);
                Reloc { offset: r.r_offset(e), symbol: SymbolId(r.r_sym(e, mips)), kind: r.r_type(e, mips), addend }
            }
        }
    }
}

/// Stands for a record that cannot be decoded; unreachable since records are cut to their size.
const NONE: Reloc = Reloc { offset: 0, symbol: SymbolId::NULL, kind: 0, addend: 0 };

/// The form that x86-64 and arm64 use, without the generic detour.
fn decode_rela64_little(bytes: &[u8]) -> Reloc {
    let ([offset, info, addend], _) = bytes.as_chunks() else { return NONE };
    let info = u64::from_le_bytes(*info);
    Reloc {
        offset: u64::from_le_bytes(*offset),
        symbol: SymbolId((info >> 32) as u32),
        kind: info as u32,
        addend: i64::from_le_bytes(*addend),
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Damage to an ELF file, decided by a number: flipped bits, cuts, and fields of headers, symbols and relocations set to
//! values that a reader may trip over.

use object::elf;
use object::elf::FileHeader64;
use object::elf::SectionHeader64;
use object::elf::Sym64;
use object::endian::LittleEndian as LE;
use std::fmt::Write;
use std::mem::offset_of;
use std::mem::size_of;

type Header = FileHeader64<LE>;
type Section = SectionHeader64<LE>;
type Symbol = Sym64<LE>;

/// A field: its place in the file and its size in bytes.
type Field = (usize, usize);

/// One way to damage one file.
pub struct Mutations<'a> {
    whole: &'a [u8],
    state: u64,
}

impl<'a> Mutations<'a> {
    /// The damage with number `seed` to `whole`.
    pub fn new(whole: &'a [u8], seed: u64) -> Self {
        Self { whole, state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// What the damage is in words, and the damaged file; one to four places are hit.
    pub fn apply(mut self) -> (String, Vec<u8>) {
        let mut bytes = self.whole.to_vec();
        let mut words = String::new();
        let count = [1, 1, 1, 2, 2, 3, 4][self.below(7)];
        while bytes == self.whole || (words.matches(';').count() as u64) < count as u64 {
            let damage = match self.below(10) {
                0 => self.flip(&mut bytes),
                1 => self.cut(&mut bytes),
                2 => self.copy(&mut bytes),
                3 | 4 => self.set(&mut bytes, Self::header_field),
                5 | 6 => self.set(&mut bytes, Self::section_field),
                7 => self.set(&mut bytes, Self::symbol_field),
                8 => self.set(&mut bytes, Self::reloc_field),
                _ => self.set(&mut bytes, Self::any_field),
            };
            write!(words, "{damage}; ").expect("text grows");
        }
        (words, bytes)
    }

    fn flip(&mut self, bytes: &mut [u8]) -> String {
        let at = self.below(bytes.len());
        let bit = self.below(8);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        format!("bit {bit} of byte {at:#x}")
    }

    fn cut(&mut self, bytes: &mut Vec<u8>) -> String {
        let length = self.below(bytes.len());
        bytes.truncate(length);
        format!("cut at {length:#x}")
    }

    fn copy(&mut self, bytes: &mut [u8]) -> String {
        let from = self.below(bytes.len());
        let to = self.below(bytes.len());
        let length = self.below(64).min(bytes.len().saturating_sub(from.max(to)));
        bytes.copy_within(from..from + length, to);
        format!("{length} bytes from {from:#x} to {to:#x}")
    }

    fn set(&mut self, bytes: &mut [u8], field: fn(&mut Self) -> Option<Field>) -> String {
        let Some((at, size)) = field(self) else { return self.flip(bytes) };
        let value = self.value().to_le_bytes();
        if let (Some(field), Some(value)) = (bytes.get_mut(at..at + size), value.get(..size)) {
            field.copy_from_slice(value);
        }
        format!("{size} bytes at {at:#x} = {value:02x?}")
    }

    /// Numbers at the edges of what is valid somewhere.
    fn value(&mut self) -> u64 {
        let length = self.whole.len() as u64;
        let base = [
            0,
            1,
            2,
            3,
            4,
            8,
            16,
            24,
            63,
            64,
            0xff,
            0x100,
            0xff00,
            0xffff,
            0x1_0000,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            0x1_0000_0000,
            u64::MAX / 2,
            u64::MAX / 2 + 1,
            u64::MAX,
            length,
            length / 2,
            self.next(),
            self.next() % length,
        ];
        let value = base[self.below(base.len())];
        [value, value, value.wrapping_add(1), value.wrapping_sub(1)][self.below(4)]
    }

    fn header_field(&mut self) -> Option<Field> {
        let fields = [
            (offset_of!(Header, e_ident), 1),
            (elf::ELFMAG.len(), 1),
            (elf::ELFMAG.len() + 1, 1),
            (offset_of!(Header, e_type), 2),
            (offset_of!(Header, e_machine), 2),
            (offset_of!(Header, e_version), 4),
            (offset_of!(Header, e_shoff), 8),
            (offset_of!(Header, e_ehsize), 2),
            (offset_of!(Header, e_shentsize), 2),
            (offset_of!(Header, e_shnum), 2),
            (offset_of!(Header, e_shstrndx), 2),
        ];
        Some(fields[self.below(fields.len())])
    }

    fn section_field(&mut self) -> Option<Field> {
        let (start, count) = self.sections()?;
        let fields = [
            (offset_of!(Section, sh_name), 4),
            (offset_of!(Section, sh_type), 4),
            (offset_of!(Section, sh_flags), 8),
            (offset_of!(Section, sh_offset), 8),
            (offset_of!(Section, sh_size), 8),
            (offset_of!(Section, sh_link), 4),
            (offset_of!(Section, sh_info), 4),
            (offset_of!(Section, sh_addralign), 8),
            (offset_of!(Section, sh_entsize), 8),
        ];
        let (field, size) = fields[self.below(fields.len())];
        Some((start + self.below(count) * size_of::<Section>() + field, size))
    }

    fn symbol_field(&mut self) -> Option<Field> {
        let fields = [
            (offset_of!(Symbol, st_name), 4),
            (offset_of!(Symbol, st_info), 1),
            (offset_of!(Symbol, st_shndx), 2),
            (offset_of!(Symbol, st_value), 8),
            (offset_of!(Symbol, st_size), 8),
        ];
        self.entry_field(elf::SHT_SYMTAB, size_of::<Symbol>(), &fields)
    }

    fn reloc_field(&mut self) -> Option<Field> {
        self.entry_field(elf::SHT_RELA, 24, &[(0, 8), (8, 4), (12, 4), (16, 8)])
    }

    /// Four bytes that stand anywhere in a section's contents, as instructions and tables do.
    fn any_field(&mut self) -> Option<Field> {
        Some((self.below(self.whole.len().saturating_sub(4)), [1, 2, 4][self.below(3)]))
    }

    /// A field of some entry of some section of this type.
    fn entry_field(&mut self, kind: u32, entry: usize, fields: &[Field]) -> Option<Field> {
        let (start, count) = self.sections()?;
        let of_kind: Vec<(usize, usize)> = (0..count)
            .map(|index| start + index * size_of::<Section>())
            .filter(|at| self.number(at + offset_of!(Section, sh_type), 4) == Some(u64::from(kind)))
            .filter_map(|at| {
                let offset = self.number(at + offset_of!(Section, sh_offset), 8)?;
                let size = self.number(at + offset_of!(Section, sh_size), 8)?;
                Some((offset as usize, size as usize / entry))
            })
            .collect();
        let (offset, entries) = *of_kind.get(self.below(of_kind.len()))?;
        let (field, size) = fields[self.below(fields.len())];
        Some((offset + self.below(entries) * entry + field, size))
    }

    /// Where the section headers of the whole file start, and how many there are.
    fn sections(&self) -> Option<(usize, usize)> {
        let start = self.number(offset_of!(Header, e_shoff), 8)?;
        let count = self.number(offset_of!(Header, e_shnum), 2)?;
        (count > 0).then_some((start as usize, count as usize))
    }

    fn number(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.whole.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A number below `end`, 0 if there is none.
    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// The next number. This is splitmix64, which needs no state but a counter.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.state;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

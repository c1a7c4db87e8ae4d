// SPDX-License-Identifier: GPL-2.0-only

//! Reading the fields of one entry of a device table.

use object::Endianness;
use object::elf;

use crate::modpost::text::c_string_at;

/// How the target's compiler lays structures out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abi {
    /// 64-bit targets; they all agree.
    Bits64,
    /// 32-bit targets but m68k.
    Bits32,
    /// m68k aligns nothing to more than 2 bytes.
    M68k,
}

impl Abi {
    /// The layout rules of a target.
    pub fn of(is_32_bit: bool, machine: u16) -> Self {
        match (is_32_bit, machine) {
            (false, _) => Self::Bits64,
            (true, elf::EM_68K) => Self::M68k,
            (true, _) => Self::Bits32,
        }
    }
}

/// A size or offset in bytes, per layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    bits64: u16,
    bits32: u16,
    m68k: u16,
}

/// The same for all layouts.
pub const fn at(offset: u16) -> At {
    At { bits64: offset, bits32: offset, m68k: offset }
}

/// Different for 64 and 32 bits.
pub const fn at2(bits64: u16, bits32: u16) -> At {
    At { bits64, bits32, m68k: bits32 }
}

/// Different on m68k as well.
pub const fn at3(bits64: u16, bits32: u16, m68k: u16) -> At {
    At { bits64, bits32, m68k }
}

impl At {
    /// The number for `abi`.
    pub fn for_abi(self, abi: Abi) -> u64 {
        match abi {
            Abi::Bits64 => self.bits64,
            Abi::Bits32 => self.bits32,
            Abi::M68k => self.m68k,
        }
        .into()
    }
}

/// A number in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Offset in the entry.
    pub at: At,
    /// Size in bytes: 1, 2 or 4.
    pub width: u8,
}

/// One entry.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The table from this entry on. A string that is not terminated runs into what follows, as in the original.
    pub bytes: &'a [u8],
    /// The table up to this entry.
    pub earlier: &'a [u8],
    /// Size of an entry in bytes.
    pub size: usize,
    /// Layout rules.
    pub abi: Abi,
    /// Byte order.
    pub endian: Endianness,
}

impl<'a> Entry<'a> {
    /// Value of a field.
    pub fn number(&self, field: Field) -> u32 {
        self.uint(self.offset(field.at), field.width.into()) as u32
    }

    /// The unsigned number of `width` bytes at `offset`; bytes past the end are zeros.
    pub fn uint(&self, offset: usize, width: usize) -> u64 {
        let bytes = self.bytes.get(offset..).unwrap_or_default();
        let bytes = bytes.get(..width).unwrap_or(bytes);
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        match self.endian {
            Endianness::Big => bytes.iter().fold(0, add),
            Endianness::Little => bytes.iter().rev().fold(0, add),
        }
    }

    /// The C string at `at`.
    pub fn string(&self, at: At) -> &'a [u8] {
        c_string_at(self.bytes, self.offset(at))
    }

    /// `len` bytes at `at`, zeros past the end.
    pub fn array<const LEN: usize>(&self, at: At) -> [u8; LEN] {
        let start = self.offset(at);
        self.bytes.get(start..).and_then(|bytes| bytes.first_chunk().copied()).unwrap_or([0; LEN])
    }

    /// `at` in bytes.
    pub fn offset(&self, at: At) -> usize {
        usize::try_from(at.for_abi(self.abi)).unwrap_or_default()
    }
}

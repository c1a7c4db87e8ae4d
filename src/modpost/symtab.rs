// SPDX-License-Identifier: GPL-2.0-only

//! The symbols of one object: decoded on access, with names that can be cut in place.
//!
//! The original cuts numeric suffixes by writing a NUL into the string table, so every other symbol whose name shares
//! those bytes is cut as well. We keep the string table in memory anyway and do the same.

use object::Endianness;
use object::elf;

use super::finding::ModpostFinding;
use super::object::ModuleObject;
use super::text::c_string_at;
use crate::elf::Class;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Names that objects contain many of are looked at by these numbers.
pub use object::elf::SHN_COMMON;
pub use object::elf::SHN_UNDEF;

/// One symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleSymbol {
    /// `st_name`.
    pub name: u32,
    /// `st_value`.
    pub value: u64,
    /// `st_size` in bytes.
    pub size: u64,
    /// `st_shndx` as stored.
    pub shndx: u16,
    /// `st_info`.
    pub info: u8,
    /// The section's number; reserved numbers are moved to the end of the 32-bit range, where no section is.
    ///
    /// Upstream: `get_secindex()`.
    pub section: u32,
}

impl ModuleSymbol {
    /// `STT_*`.
    pub fn kind(&self) -> u8 {
        self.info & 0xf
    }

    /// Whether the binding is `STB_GLOBAL` or `STB_WEAK`.
    pub fn is_global_or_weak(&self) -> bool {
        matches!(self.info >> 4, elf::STB_GLOBAL | elf::STB_WEAK)
    }

    /// Whether the binding is `STB_WEAK`.
    pub fn is_weak(&self) -> bool {
        self.info >> 4 == elf::STB_WEAK
    }

    /// Offset in the file of what it stands for.
    ///
    /// Upstream: `sym_get_data()`.
    pub fn offset_in(&self, object: &ModuleObject) -> Option<u64> {
        let header = object.sections.get(self.section as usize)?;
        // Up to 5.18 programs are read too, in which values are addresses.
        let base = if object.kind == elf::ET_REL { 0 } else { header.addr };
        Some(header.offset.wrapping_add(self.value).wrapping_sub(base))
    }
}

/// The symbol table of one object.
#[derive(Debug)]
pub struct ModuleSymbols {
    entries: Vec<u8>,
    /// Extended section indices; empty without.
    extended: Vec<u8>,
    strings: Vec<u8>,
    /// Offsets in `strings` at which a name was cut, ascending. The byte there was a dot.
    cuts: Vec<u32>,
    class: Class,
    endian: Endianness,
}

impl ModuleSymbols {
    /// Reads the symbol table of `object`.
    pub fn read(object: &ModuleObject) -> Result<Self, ModpostFinding> {
        let contents = |index: usize, what: &str| match object.sections.get(index) {
            Some(header) => object.read(header.offset, header.size, what),
            None => Ok(Vec::new()),
        };
        let link = object.sections.get(object.symtab).map_or(0, |header| header.link as usize);
        Ok(Self {
            entries: contents(object.symtab, "symbol table")?,
            extended: match object.symtab_shndx {
                Some(index) => contents(index, "extended section indices")?,
                None => Vec::new(),
            },
            strings: match object.sections.get(link) {
                Some(header) => object.read_up_to(header.offset, header.size, "symbol names")?,
                None => Vec::new(),
            },
            cuts: Vec::new(),
            class: object.class,
            endian: object.endian,
        })
    }

    /// Number of symbols.
    pub fn len(&self) -> usize {
        self.entries.len() / self.entry_size()
    }

    /// The symbol with number `index`, or `None` past the end.
    pub fn get(&self, index: usize) -> Option<ModuleSymbol> {
        let size = self.entry_size();
        let start = index.checked_mul(size)?;
        let bytes = self.entries.get(start..start.checked_add(size)?)?;
        let mut symbol = match self.class {
            Class::Elf32 => decode::<elf::Sym32<Endianness>>(bytes, self.endian)?,
            Class::Elf64 => decode::<elf::Sym64<Endianness>>(bytes, self.endian)?,
        };
        symbol.section = match symbol.shndx {
            elf::SHN_XINDEX => self.extended_index(index),
            reserved @ elf::SHN_LORESERVE.. => u32::from(reserved).wrapping_sub(1 << 16),
            section => section.into(),
        };
        Some(symbol)
    }

    /// All symbols in file order, the null symbol included.
    pub fn iter(&self) -> impl Iterator<Item = ModuleSymbol> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Name of a symbol as it is now.
    pub fn name(&self, symbol: &ModuleSymbol) -> &[u8] {
        c_string_at(&self.strings, symbol.name as usize)
    }

    /// Whether the name, before anything was cut, says something: it is not empty, and not one of the marks that
    /// assemblers make.
    ///
    /// Upstream: `is_valid_name()`.
    pub fn has_valid_name(&self, symbol: &ModuleSymbol) -> bool {
        match self.strings.get(symbol.name as usize..).unwrap_or_default() {
            [b'.', b'L', ..] | [b'L', b'0', ..] | [b'$', ..] | [] => false,
            [0, ..] => self.cuts.binary_search(&symbol.name).is_ok(),
            _ => true,
        }
    }

    /// Cuts the suffix off a name as the series does.
    ///
    /// Upstream: `remove_dot()`.
    pub fn remove_dot(&mut self, symbol: &ModuleSymbol, profile: &ModpostProfile) {
        let start = symbol.name as usize;
        let name = c_string_at(&self.strings, start);
        let Some(dot) = memchr::memchr(b'.', name).filter(|&dot| dot > 0) else { return };
        let suffix = name.get(dot + 1..).unwrap_or_default();
        let cut = if profile.has(Behaviour::NumericSuffixRemoved) && is_numeric_suffix(suffix) {
            Some(dot)
        } else {
            lto_suffix(name, profile)
        };
        let Some(position) = cut.map(|cut| start + cut) else { return };
        if let Some(byte) = self.strings.get_mut(position) {
            *byte = 0;
            let position = position as u32;
            let at = self.cuts.partition_point(|&cut| cut < position);
            self.cuts.insert(at, position);
        }
    }

    fn entry_size(&self) -> usize {
        match self.class {
            Class::Elf32 => size_of::<elf::Sym32<Endianness>>(),
            Class::Elf64 => size_of::<elf::Sym64<Endianness>>(),
        }
    }

    /// The extended section index of symbol `index`; the null section's when there is none.
    fn extended_index(&self, index: usize) -> u32 {
        let word = index.checked_mul(4).and_then(|at| self.extended.get(at..)?.first_chunk::<4>());
        match (word, self.endian) {
            (Some(word), Endianness::Little) => u32::from_le_bytes(*word),
            (Some(word), Endianness::Big) => u32::from_be_bytes(*word),
            (None, _) => 0,
        }
    }
}

fn decode<S: object::read::elf::Sym<Endian = Endianness>>(bytes: &[u8], e: Endianness) -> Option<ModuleSymbol> {
    let (raw, _) = object::from_bytes::<S>(bytes).ok()?;
    Some(ModuleSymbol {
        name: raw.st_name(e),
        value: raw.st_value(e).into(),
        size: raw.st_size(e).into(),
        shndx: raw.st_shndx(e),
        info: raw.st_info(),
        section: 0,
    })
}

/// Whether what follows a dot is digits up to the end or the next dot.
fn is_numeric_suffix(suffix: &[u8]) -> bool {
    let digits = suffix.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(suffix.get(digits), None | Some(b'.'))
}

/// Where the suffix starts that the LTO link of 5.12 to 5.18 leaves on a name.
fn lto_suffix(name: &[u8], profile: &ModpostProfile) -> Option<usize> {
    let suffixes: [(Behaviour, &[u8]); 2] = [(Behaviour::LtoSuffix, b".lto"), (Behaviour::PrelinkSuffix, b".prelink")];
    let known = suffixes.into_iter().filter(|(flag, _)| profile.has(*flag));
    known.into_iter().find_map(|(_, suffix)| name.strip_suffix(suffix).map(<[u8]>::len))
}

#[cfg(test)]
mod tests {
    use super::is_numeric_suffix;

    #[test]
    fn numeric_suffixes() {
        assert!(is_numeric_suffix(b"123") && is_numeric_suffix(b"12.constprop.0"));
        assert!(!is_numeric_suffix(b"") && !is_numeric_suffix(b"constprop.0") && !is_numeric_suffix(b"1a"));
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Symbols and sections by name. Where a name occurs more than once, the last one in the file wins, as in the original's
//! hash chains.

use rustc_hash::FxHashMap;

use super::symbols::NO_SYMBOL;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;

/// Index of section names.
#[derive(Debug, Default)]
pub struct SectionNames<'d>(FxHashMap<&'d [u8], SectionId>);

impl<'d> SectionNames<'d> {
    /// Reads the names of all sections.
    pub fn read(elf: &ElfFile<'d>) -> Self {
        let ids = elf.sections.iter().enumerate().map(|(index, sec)| (sec.name, SectionId(index as u32)));
        Self(ids.collect())
    }

    /// The last section called `name` (`find_section_by_name()`).
    pub fn get(&self, name: &str) -> Option<SectionId> {
        self.0.get(name.as_bytes()).copied()
    }
}

/// Index of symbol names, with the chains of symbols that share one.
#[derive(Debug)]
pub struct SymbolNames<'d> {
    last: FxHashMap<&'d [u8], SymbolId>,
    /// The previous symbol of the same name.
    previous: Vec<SymbolId>,
    /// Bits of the original's hash table, where keys are demangled.
    demangled_bits: Option<u32>,
    /// `.klp.tombstone.` is not part of a name.
    strip_tombstone: bool,
}

impl<'d> SymbolNames<'d> {
    /// Reads the names of all symbols.
    pub fn read(elf: &ElfFile<'d>, profile: &Profile) -> Self {
        let n_symbols = elf.symbols.len();
        let bits = n_symbols.checked_ilog2().unwrap_or(0).max(10);
        let mut names = Self {
            last: FxHashMap::with_capacity_and_hasher(n_symbols, rustc_hash::FxBuildHasher),
            previous: vec![NO_SYMBOL; n_symbols],
            demangled_bits: profile.has(Behaviour::DemangledNameKeys).then_some(bits),
            strip_tombstone: profile.has(Behaviour::KlpTombstones),
        };
        for index in 0..n_symbols as u32 {
            let id = SymbolId(index);
            let name = names.name_of(elf, id);
            if let Some(earlier) = names.last.insert(name, id) {
                names.previous[id.index()] = earlier;
            }
        }
        names
    }

    fn name_of<'e>(&self, elf: &ElfFile<'e>, id: SymbolId) -> &'e [u8] {
        symbol_name(elf, id, self.strip_tombstone)
    }

    /// All symbols called `name`, last one first.
    pub fn all<'a>(&'a self, name: &[u8]) -> impl Iterator<Item = SymbolId> + 'a {
        let first = self.last.get(name).copied();
        std::iter::successors(first, |id| Some(self.previous[id.index()]).filter(|id| *id != NO_SYMBOL))
    }

    /// The symbol that the original finds under `name` (`find_symbol_by_name()`).
    ///
    /// From 7.3 on, functions and objects are filed under their demangled name but looked up under the full one, so one
    /// whose names differ is found only if both happen to fall into the same bucket.
    pub fn find(&self, elf: &ElfFile<'d>, name: &[u8]) -> Option<SymbolId> {
        let Some(bits) = self.demangled_bits else { return self.all(name).next() };
        let demangled = demangled_len(name);
        let reachable = demangled == name.len() || bucket(name, bits) == bucket(&name[..demangled], bits);
        self.all(name).find(|id| {
            let kind = elf.symbols[id.index()].kind();
            let is_filed_demangled = matches!(kind, object::elf::STT_FUNC | object::elf::STT_OBJECT);
            reachable || !is_filed_demangled
        })
    }
}

impl SymbolNames<'_> {
    /// Whether a search for symbols by the demangled form of `id`'s own name comes by `id` (`for_each_sym_by_name()`).
    ///
    /// Other symbols than functions and objects are filed under their full names, and so only found by accident.
    pub fn is_found_demangled(&self, elf: &ElfFile<'_>, id: SymbolId) -> bool {
        let Some(bits) = self.demangled_bits else { return true };
        let name = self.name_of(elf, id);
        let demangled = &name[..demangled_len(name)];
        let kind = elf.symbols[id.index()].kind();
        matches!(kind, object::elf::STT_FUNC | object::elf::STT_OBJECT)
            || demangled.len() == name.len()
            || bucket(name, bits) == bucket(demangled, bits)
    }
}

/// Name of a symbol: for section symbols the section's name, for tombstones what follows the prefix.
pub fn symbol_name<'d>(elf: &ElfFile<'d>, id: SymbolId, strip_tombstone: bool) -> &'d [u8] {
    let Some(raw) = elf.symbols.get(id.index()) else { return &[] };
    if raw.is_section() && raw.section != SectionId::UNDEF {
        return elf.section(raw.section).name;
    }
    let name = elf.symbol_name(raw);
    let stripped = strip_tombstone.then(|| name.strip_prefix(b".klp.tombstone.")).flatten();
    stripped.unwrap_or(name)
}

/// Length of a name without the parts that differ from build to build (`demangled_name_len()`).
pub fn demangled_len(name: &[u8]) -> usize {
    if let Some(at) = memchr::memmem::find(name, b".llvm.") {
        return at;
    }
    if !name.starts_with(b"__UNIQUE_ID_") && memchr::memchr(b'.', name).is_none() {
        return name.len();
    }
    match name.iter().rposition(|c| !c.is_ascii_digit() && *c != b'.' && *c != b'_') {
        Some(0) | None => name.len(),
        Some(last) => last + 1,
    }
}

/// Whether a search for all of `name` in a table of `1 << bits` chains comes by a symbol of this name and type, which is filed
/// under its demangled name if it is a function or an object (`find_symbol_by_name()` from 7.2 on).
pub fn is_found_by_full_name(name: &[u8], kind: u8, bits: u32) -> bool {
    let demangled = &name[..demangled_len(name)];
    let is_filed_demangled = matches!(kind, object::elf::STT_FUNC | object::elf::STT_OBJECT);
    !is_filed_demangled || demangled.len() == name.len() || bucket(name, bits) == bucket(demangled, bits)
}

/// Bucket of a name in the original's table of `1 << bits` chains.
fn bucket(name: &[u8], bits: u32) -> u32 {
    jhash(name).wrapping_mul(0x61c8_8647) >> (32 - bits.min(32))
}

/// Bob Jenkins' lookup3 hash as the kernel's `jhash()` computes it on a little-endian host, seed 0.
fn jhash(key: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(key.len() as u32);
    let mut state = [start; 3];
    let mut rest = key;
    while rest.len() > 12 {
        let (block, tail) = rest.split_at(12);
        add_words(&mut state, block);
        mix(&mut state);
        rest = tail;
    }
    if !rest.is_empty() {
        add_words(&mut state, rest);
        finish(&mut state);
    }
    state[2]
}

fn add_words(state: &mut [u32; 3], bytes: &[u8]) {
    for (word, chunk) in state.iter_mut().zip(bytes.chunks(4)) {
        let mut raw = [0; 4];
        raw[..chunk.len()].copy_from_slice(chunk);
        *word = word.wrapping_add(u32::from_le_bytes(raw));
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    for (x, y, z, turn) in [(0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4)] {
        let mut s = [*a, *b, *c];
        s[x] = s[x].wrapping_sub(s[y]) ^ s[y].rotate_left(turn);
        s[y] = s[y].wrapping_add(s[z]);
        [*a, *b, *c] = s;
    }
}

fn finish([a, b, c]: &mut [u32; 3]) {
    let step = |x: u32, y: u32, turn: u32| (x ^ y).wrapping_sub(y.rotate_left(turn));
    *c = step(*c, *b, 14);
    *a = step(*a, *c, 11);
    *b = step(*b, *a, 25);
    *c = step(*c, *b, 16);
    *a = step(*a, *c, 4);
    *b = step(*b, *a, 14);
    *c = step(*c, *b, 24);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demangling_cuts_build_specific_tails() {
        let cases: [(&str, &str); 7] = [
            ("foo", "foo"),
            ("foo.llvm.123", "foo"),
            ("foo.isra.0", "foo.isra"),
            ("__UNIQUE_ID_x_12", "__UNIQUE_ID_x"),
            ("foo_12", "foo_12"),
            (".12", ".12"),
            ("a.1", "a.1"),
        ];
        for (name, short) in cases {
            assert_eq!(&name[..demangled_len(name.as_bytes())], short, "{name}");
        }
    }

    #[test]
    fn jhash_is_lookup3() {
        // Values of the reference implementation of hashlittle() for short keys with the kernel's seeding.
        assert_eq!(jhash(b""), 0xdead_beef);
        assert_ne!(jhash(b"a"), jhash(b"b"));
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! What a link carries over from an object to what it makes, in a form in which both can be compared without both at hand.
//!
//! `ld -r` puts sections behind each other and leaves bytes as they are. So a function has the same bytes in both files, and
//! what all bytes and relocations of a kind of section add up to is the same, in whatever order the linker took them.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::hash::Hasher;

use object::elf;
use rustc_hash::FxHasher;

use crate::elf::ElfFile;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::Symbol;
use crate::gate::finding::section_class;

/// A function or a named piece of constant data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// Bytes that it has.
    pub size: u64,
    /// A number made of the bytes.
    pub digest: u64,
}

/// What one object gives to a link, or has of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Print {
    /// Functions and named constants, sorted.
    pub bodies: Vec<Body>,
    /// For each kind of section what its bytes, and what its relocations add up to. Code counts by its functions: linkers fill
    /// the gaps between them.
    pub sums: BTreeMap<String, (u64, u64)>,
    /// Texts of sections that linkers fold.
    pub strings: Vec<u8>,
    /// Constant data as it is; only of a finished module.
    pub constants: Vec<u8>,
}

/// Sections that a module's `.mod.o` makes or adds to.
const OF_MOD_C: [&str; 10] = [
    ".modinfo",
    "__versions",
    "__version_ext",
    ".gnu.linkonce",
    "__ksymtab",
    "___k",
    "__kcrctab",
    "__kflagstab",
    ".note",
    ".orc_header",
];

impl Print {
    /// Reads it; `is_finished` for what was linked.
    pub fn read(elf: &ElfFile<'_>, is_finished: bool) -> Self {
        let mut print = Self::default();
        for id in elf.section_ids() {
            let section = elf.section(id);
            if let Some(relocs) = elf.relocs_in(id) {
                let target = elf.section(relocs.target);
                if is_carried(target) {
                    let sum = relocs.iter().filter(|reloc| reloc.kind != 0).map(|reloc| {
                        let symbol = elf.symbol(reloc.symbol).filter(|symbol| !symbol.is_section());
                        digest(&(reloc.kind, symbol.map(|symbol| elf.symbol_name(symbol)).unwrap_or_default()))
                    });
                    print.sum(target).1 = sum.fold(print.sum(target).1, u64::wrapping_add);
                }
            } else if is_carried(section) {
                let is_constant = section.name.starts_with(b".rodata");
                if section.flags & u64::from(elf::SHF_MERGE) != 0 && section.flags & u64::from(elf::SHF_STRINGS) != 0 {
                    print.strings.extend_from_slice(section.data);
                    print.strings.push(0);
                }
                if is_constant && is_finished {
                    print.constants.extend_from_slice(section.data);
                    print.constants.push(0);
                } else if !is_constant && !section.is_exec() && section.flags & u64::from(elf::SHF_MERGE) == 0 {
                    let sum = sum_of(section.data);
                    let total = &mut print.sum(section).0;
                    *total = total.wrapping_add(sum);
                }
            }
        }
        print.bodies = elf.symbols.iter().filter_map(|symbol| body(elf, symbol)).collect();
        print.bodies.sort_unstable();
        print.sums.retain(|_, sums| *sums != (0, 0));
        print
    }

    fn sum(&mut self, section: &Section<'_>) -> &mut (u64, u64) {
        self.sums.entry(output(section)).or_default()
    }
}

/// The section that the last link puts one into: that of its class, with what compilers name `.rodata..Lname`.
fn output(section: &Section<'_>) -> String {
    let name = String::from_utf8_lossy(section.name);
    let class = section_class(name.split_once("..L").map_or(&name, |(class, _)| class));
    if class.starts_with(".data.rel") { ".data".to_owned() } else { class }
}

/// Whether the last link takes a section as it is, and only from the module's own object.
fn is_carried(section: &Section<'_>) -> bool {
    // What `resolve_btfids` fills in after the link is left out as well.
    let for_build = [&b".discard"[..], b".export_symbol", b".no_trim_symbol", b".eh_frame", b".BTF"];
    let is_for_build = for_build.iter().any(|name| section.name.starts_with(name));
    let is_of_mod_c = OF_MOD_C.iter().any(|name| section.name.starts_with(name.as_bytes()));
    section.is_alloc() && section.kind != elf::SHT_NOBITS && !is_for_build && !is_of_mod_c
}

fn body(elf: &ElfFile<'_>, symbol: &Symbol) -> Option<Body> {
    let is_named = matches!(symbol.kind(), elf::STT_FUNC | elf::STT_OBJECT);
    if !is_named || symbol.section == SectionId::UNDEF || symbol.size == 0 {
        return None;
    }
    let section = elf.section(symbol.section);
    let is_constant = symbol.kind() == elf::STT_OBJECT && section.name.starts_with(b".rodata");
    if !(is_carried(section) && (section.is_exec() || is_constant)) {
        return None;
    }
    let start = usize::try_from(symbol.value).ok()?;
    let bytes = section.data.get(start..)?.get(..usize::try_from(symbol.size).ok()?)?;
    let name = String::from_utf8_lossy(elf.symbol_name(symbol)).into_owned();
    Some(Body { name, size: symbol.size, digest: digest(&bytes) })
}

fn digest(what: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What bytes add up to; zeros, with which linkers fill gaps, count nothing.
fn sum_of(bytes: &[u8]) -> u64 {
    let mut counts = [0_u64; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let weighed = counts.iter().enumerate().skip(1).map(|(byte, count)| digest(&byte).wrapping_mul(*count));
    weighed.fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_parts() {
        let (a, b, ab) = (sum_of(b"ab\0c"), sum_of(b"d"), sum_of(b"ab\0c\0\0\0\0d"));
        assert_eq!(a.wrapping_add(b), ab);
        assert_ne!(sum_of(b"ab\0d"), a);
    }
}

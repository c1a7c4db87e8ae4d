// SPDX-License-Identifier: GPL-2.0-only

//! `vmlinux`, the finished kernel, beside the `vmlinux.o` that it was linked from, and `System.map`.
//!
//! The link puts functions at their addresses and fills in what relocations say; everything else of a function stays. The tables
//! that the kernel searches are sorted by a tool after the link, since nothing in it could do that at boot.

mod tables;

use std::path::Path;

use object::elf;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::finding::section_class;
use super::inputs::BuildFolder;
use super::inputs::text;
use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::Symbol;
use crate::objtool::code::RelocIndex;

/// Functions that are looked for under other names; more are no renaming.
const MAX_RENAMED: usize = 64;

/// What was found in the finished kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// A function of `vmlinux.o` that it does not have, or has in another size: it is of another compilation.
    pub other_code: Option<String>,
    /// A function that has other bytes.
    pub changed_code: Option<String>,
    /// A line of `System.map` that is not of this kernel.
    pub other_map: Option<String>,
    /// Tables that are not sorted, and the first place where.
    pub unsorted: Vec<(&'static str, String)>,
    /// Sections that it has, for the checks of the configuration.
    pub sections: Vec<String>,
}

impl ImageFacts {
    /// Reads the finished kernel, if it is there, and compares it with `vmlinux.o`.
    pub fn read(inputs: &BuildFolder, object: &ElfFile<'_>, relocs: &RelocIndex<'_>) -> Option<Self> {
        let path = inputs.root.join("vmlinux");
        if !path.metadata().is_ok_and(|meta| meta.is_file()) {
            return None;
        }
        let data = std::fs::read(&path).ok()?;
        let elf = ElfFile::parse(&data).ok().filter(|elf| elf.kind != elf::ET_REL && elf.machine == object.machine)?;
        let image = Image::of(&elf);
        // A kernel that drops what nobody calls has less than the object.
        let may_lack = inputs.config.has("LD_DEAD_CODE_DATA_ELIMINATION");
        let (code, (map, unsorted)) = rayon::join(
            || image.compare(object, relocs, may_lack),
            || (other_line(&image, &inputs.root), tables::unsorted(&image, inputs)),
        );
        let (other_code, changed_code) = match code {
            Some((text, true)) => (Some(text), None),
            Some((text, false)) => (None, Some(text)),
            None => (None, None),
        };
        let sections = elf.section_ids().map(|id| elf.section_text(id)).collect();
        Some(Self { other_code, changed_code, other_map: map, unsorted, sections })
    }
}

/// The finished kernel with its symbols by name.
struct Image<'a> {
    elf: &'a ElfFile<'a>,
    by_name: FxHashMap<&'a [u8], Vec<u32>>,
}

impl<'a> Image<'a> {
    fn of(elf: &'a ElfFile<'a>) -> Self {
        let mut by_name: FxHashMap<&[u8], Vec<u32>> = FxHashMap::default();
        for (index, symbol) in elf.symbols.iter().enumerate().filter(|(_, symbol)| !symbol.is_undefined()) {
            by_name.entry(elf.symbol_name(symbol)).or_default().push(index as u32);
        }
        Self { elf, by_name }
    }

    fn named(&self, name: &[u8]) -> impl Iterator<Item = &Symbol> {
        let found = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|index| self.elf.symbols.get(*index as usize))
    }

    /// Bytes of a function.
    fn body(&self, symbol: &Symbol) -> Option<&[u8]> {
        body(
            self.elf.section(symbol.section),
            symbol.value.checked_sub(self.elf.section(symbol.section).addr)?,
            symbol.size,
        )
    }

    /// Bytes between two addresses that symbols name.
    fn between(&self, start: &str, stop: &str) -> Option<(u64, &[u8])> {
        let address = |name: &str| self.named(name.as_bytes()).next().map(|symbol| symbol.value);
        let (start, stop) = (address(start)?, address(stop)?);
        Some((start, self.at(start, stop.checked_sub(start)?)?))
    }

    /// Bytes at an address.
    fn at(&self, start: u64, len: u64) -> Option<&[u8]> {
        let holds = |section: &&Section<'_>| {
            section.is_alloc()
                && section.kind != elf::SHT_NOBITS
                && (section.addr..section.addr + section.size).contains(&start)
        };
        let section = self.elf.sections.iter().find(holds)?;
        body(section, start - section.addr, len)
    }

    /// The first difference from the object's functions, and whether it is one of what there is and how large it is.
    fn compare(&self, object: &ElfFile<'_>, relocs: &RelocIndex<'_>, may_lack: bool) -> Option<(String, bool)> {
        let mut lost: Vec<&Symbol> = Vec::new();
        let mut kept: FxHashSet<String> = FxHashSet::default();
        let mut changed = None;
        let class = |symbol: &Symbol| section_class(&object.section_text(symbol.section));
        let by_section = Masks::of(object, relocs);
        for symbol in object.symbols.iter().filter(|symbol| is_function(object, symbol)) {
            let name = object.symbol_name(symbol);
            let same: Vec<&Symbol> =
                self.named(name).filter(|other| other.is_func() && other.size == symbol.size).collect();
            if same.is_empty() {
                lost.push(symbol);
                continue;
            }
            if kept.len() < 64 {
                kept.insert(class(symbol));
            }
            if changed.is_none() && !same.iter().any(|other| self.is_same(object, symbol, other, &by_section)) {
                changed = Some(format!("'{}' has other bytes there", String::from_utf8_lossy(name)));
            }
        }
        // The linker script may discard a kind of section as a whole.
        lost.retain(|symbol| kept.contains(&class(symbol)));
        if !may_lack && let Some(first) = self.first_lost(object, &lost, &by_section) {
            return Some((first, true));
        }
        changed.map(|text| (text, false))
    }

    /// The first function that is not there under another name either.
    fn first_lost(&self, object: &ElfFile<'_>, lost: &[&Symbol], masks: &Masks) -> Option<String> {
        let is_there = |symbol: &Symbol| {
            lost.len() <= MAX_RENAMED
                && self.elf.symbols.iter().any(|other| {
                    other.is_func() && other.size == symbol.size && self.is_same(object, symbol, other, masks)
                })
        };
        let symbol = lost.iter().find(|symbol| !is_there(symbol))?;
        let name = object.symbol_name(symbol);
        let shown = String::from_utf8_lossy(name);
        Some(match self.named(name).find(|other| other.is_func()) {
            Some(other) => format!("'{shown}' has {} bytes there, and {} here", symbol.size, other.size),
            None => format!("'{shown}' is not in it"),
        })
    }

    fn is_same(&self, object: &ElfFile<'_>, symbol: &Symbol, other: &Symbol, masks: &Masks) -> bool {
        let Some(here) = body(object.section(symbol.section), symbol.value, symbol.size) else { return true };
        let Some(there) = self.body(other) else { return true };
        let mut from = 0;
        for (start, end) in masks.in_range(symbol) {
            let (start, end) = (start.saturating_sub(symbol.value) as usize, (end - symbol.value) as usize);
            let piece = from..start.clamp(from, here.len());
            if here.get(piece.clone()) != there.get(piece) {
                return false;
            }
            from = end.clamp(from, here.len());
        }
        here.get(from..) == there.get(from..)
    }
}

/// Bytes that a link fills in, by section.
struct Masks(Vec<Vec<(u64, u64)>>);

impl Masks {
    fn of(object: &ElfFile<'_>, relocs: &RelocIndex<'_>) -> Self {
        let of_section = |id: SectionId| {
            let is_code = object.section(id).is_exec();
            let relocs = relocs.of(id).filter(|_| is_code).into_iter().flat_map(|relocs| relocs.relocs.iter());
            let mut ranges: Vec<(u64, u64)> = relocs.filter_map(|reloc| filled_in(object.machine, &reloc)).collect();
            ranges.sort_unstable();
            ranges
        };
        Self((0..object.sections.len()).map(|index| of_section(SectionId(index as u32))).collect())
    }

    /// Those of a function, in order.
    fn in_range(&self, symbol: &Symbol) -> impl Iterator<Item = (u64, u64)> {
        let all = self.0.get(symbol.section.index()).map_or(&[][..], Vec::as_slice);
        let end = symbol.value.saturating_add(symbol.size);
        let first = all.partition_point(|range| range.1 <= symbol.value);
        all.iter()
            .skip(first)
            .copied()
            .take_while(move |range| range.0 < end)
            .map(move |(start, stop)| (start, stop.min(end)))
    }
}

/// Bytes that a relocation, or a linker that makes an instruction simpler by it, may write.
fn filled_in(machine: u16, reloc: &Reloc) -> Option<(u64, u64)> {
    let (before, len) = match (machine, reloc.kind) {
        (_, 0) => return None,
        (elf::EM_X86_64, elf::R_X86_64_64 | elf::R_X86_64_PC64) => (0, 8),
        (elf::EM_X86_64, elf::R_X86_64_GOTPCREL | elf::R_X86_64_GOTPCRELX | elf::R_X86_64_REX_GOTPCRELX) => (3, 4),
        (elf::EM_AARCH64, elf::R_AARCH64_ABS64 | elf::R_AARCH64_PREL64) => (0, 8),
        _ => (0, 4),
    };
    Some((reloc.offset.saturating_sub(before), reloc.offset.saturating_add(len)))
}

fn is_function(elf: &ElfFile<'_>, symbol: &Symbol) -> bool {
    let section = elf.section(symbol.section);
    symbol.is_func() && symbol.section != SectionId::UNDEF && symbol.size > 0 && section.is_exec() && section.is_alloc()
}

fn body<'d>(section: &Section<'d>, start: u64, len: u64) -> Option<&'d [u8]> {
    section.data.get(usize::try_from(start).ok()?..)?.get(..usize::try_from(len).ok()?)
}

/// The first line of `System.map` that names no symbol of this kernel at its address.
fn other_line(image: &Image<'_>, root: &Path) -> Option<String> {
    let map = text::read(&root.join("System.map"))?;
    let differs = |line: &&str| {
        let mut words = line.split_whitespace();
        let (address, name) = (words.next(), words.nth(1));
        let Some((address, name)) = address.and_then(|digits| u64::from_str_radix(digits, 16).ok()).zip(name) else {
            return false;
        };
        !image.named(name.as_bytes()).any(|symbol| symbol.value == address)
    };
    let line = map.lines().find(differs)?;
    let name = line.split_whitespace().nth(2).unwrap_or_default();
    Some(match image.named(name.as_bytes()).next() {
        Some(symbol) => format!("it has '{line}', vmlinux has '{name}' at {:016x}", symbol.value),
        None => format!("it has '{line}', vmlinux has no '{name}'"),
    })
}

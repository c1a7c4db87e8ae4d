// SPDX-License-Identifier: GPL-2.0-only

//! Loading debug information: unpacked, with its relocations applied.
//!
//! In a relocatable object all sections start at 0, and debug information has relocations instead of addresses. So each
//! section that is loaded at run time is given a range of addresses of its own, and the relocations are applied to copies of
//! the debug sections. A finished kernel has addresses already.

use std::borrow::Cow;
use std::io::Read;

use addr2line::gimli;
use addr2line::gimli::DwarfSections;
use addr2line::gimli::RunTimeEndian;
use object::elf;
use object::endian::Endian;

use super::relocate;
use crate::elf::Class;
use crate::elf::ElfFile;
use crate::elf::SectionId;

/// More than debug information of a whole kernel unpacks to.
const MAX_UNPACKED: u64 = 1 << 33;

/// The sections that lines are found with; the others are not loaded.
const NEEDED: [gimli::SectionId; 11] = [
    gimli::SectionId::DebugAbbrev,
    gimli::SectionId::DebugAddr,
    gimli::SectionId::DebugAranges,
    gimli::SectionId::DebugInfo,
    gimli::SectionId::DebugLine,
    gimli::SectionId::DebugLineStr,
    gimli::SectionId::DebugRanges,
    gimli::SectionId::DebugRngLists,
    gimli::SectionId::DebugStr,
    gimli::SectionId::DebugStrOffsets,
    gimli::SectionId::DebugTypes,
];

/// Debug information of one file.
pub struct DebugInfo<'d> {
    pub(super) sections: DwarfSections<Cow<'d, [u8]>>,
    /// Address of each section that is loaded at run time, 0 for others.
    pub(super) bases: Vec<u64>,
    pub(super) endian: RunTimeEndian,
    /// Addresses of variables by the symbol table, the end excluded, in order.
    objects: Vec<(u64, u64)>,
}

impl<'d> DebugInfo<'d> {
    /// Loads the debug information of `elf`; `None` if it has none.
    pub fn read(elf: &ElfFile<'d>) -> Option<Self> {
        let named = |name: &str| elf.section_ids().find(|id| elf.section(*id).name == name.as_bytes());
        named(".debug_line")?;
        let bases = bases(elf);
        let load = |id: gimli::SectionId| {
            let section = NEEDED.contains(&id).then(|| named(id.name())).flatten();
            let data = section.and_then(|section| contents(elf, section, &bases));
            Ok::<_, gimli::Error>(data.unwrap_or_default())
        };
        let sections = DwarfSections::load(load).ok()?;
        let endian = if elf.endian.is_big_endian() { RunTimeEndian::Big } else { RunTimeEndian::Little };
        let objects = objects(elf, &bases);
        Some(Self { sections, bases, endian, objects })
    }

    /// Where the variable at `address` starts.
    pub(super) fn variable_start(&self, address: u64) -> Option<u64> {
        let after = self.objects.partition_point(|(start, _)| *start <= address);
        let (start, end) = self.objects.get(after.checked_sub(1)?)?;
        (address < *end).then_some(*start)
    }
}

/// The address of each section. Those of a relocatable object are put one behind the other, none near 0, where everything
/// lies that was discarded.
fn bases(elf: &ElfFile<'_>) -> Vec<u64> {
    let mut next = match elf.class {
        Class::Elf32 => 1 << 16,
        Class::Elf64 => 1 << 40,
    };
    let base = elf.sections.iter().map(|section| {
        if elf.kind != elf::ET_REL {
            return section.addr;
        }
        if !section.is_alloc() {
            return 0;
        }
        let base: u64 = next;
        // A gap keeps the end of one section from being the start of the next.
        next = next.wrapping_add(section.size).wrapping_add(0x1f) & !0xf;
        base
    });
    base.collect()
}

/// The places of variables.
fn objects(elf: &ElfFile<'_>, bases: &[u64]) -> Vec<(u64, u64)> {
    let of = |section: SectionId| bases.get(section.index()).copied().filter(|base| *base != 0);
    let relative = if elf.kind == elf::ET_REL { u64::MAX } else { 0 };
    let variables = elf.symbols.iter().filter(|symbol| symbol.kind() == elf::STT_OBJECT);
    let mut objects: Vec<(u64, u64)> = variables
        .filter_map(|symbol| {
            let start = (of(symbol.section)? & relative).wrapping_add(symbol.value);
            Some((start, start.saturating_add(symbol.size)))
        })
        .collect();
    objects.sort_unstable();
    objects
}

/// A debug section as the final link would leave it; `None` if it does not unpack.
fn contents<'d>(elf: &ElfFile<'d>, id: SectionId, bases: &[u64]) -> Option<Cow<'d, [u8]>> {
    let section = elf.section(id);
    let mut data = match section.flags & u64::from(elf::SHF_COMPRESSED) {
        0 => Cow::Borrowed(section.data),
        _ => Cow::Owned(unpacked(elf, section.data)?),
    };
    if elf.kind == elf::ET_REL {
        let relocs = elf.section_ids().filter_map(|of| elf.relocs_in(of)).filter(|relocs| relocs.target == id);
        relocs.for_each(|relocs| relocate::apply(&relocs, elf, bases, data.to_mut()));
    }
    Some(data)
}

/// Unpacks a section with a compression header.
fn unpacked(elf: &ElfFile<'_>, data: &[u8]) -> Option<Vec<u8>> {
    let (header, size) = match elf.class {
        Class::Elf32 => (12, elf.endian.read_u32_bytes(data.get(4..)?.first_chunk().copied()?).into()),
        Class::Elf64 => (24, elf.endian.read_u64_bytes(data.get(8..)?.first_chunk().copied()?)),
    };
    let limit = size.min(MAX_UNPACKED);
    let packed = data.get(header..)?;
    let mut plain = Vec::new();
    match elf.endian.read_u32_bytes(data.first_chunk().copied()?) {
        elf::ELFCOMPRESS_ZLIB => flate2::read::ZlibDecoder::new(packed).take(limit).read_to_end(&mut plain).ok()?,
        elf::ELFCOMPRESS_ZSTD => {
            ruzstd::decoding::StreamingDecoder::new(packed).ok()?.take(limit).read_to_end(&mut plain).ok()?
        }
        _ => return None,
    };
    Some(plain)
}

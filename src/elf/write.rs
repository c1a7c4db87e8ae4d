// SPDX-License-Identifier: GPL-2.0-only

//! Where everything goes in the written file, and its bytes in order.
//!
//! The original leaves this to libelf, which ignores the old layout: sections follow the ELF header in the order of their
//! numbers, each at the next multiple of its alignment; the section headers come last, at a multiple of 8; gaps are zero.
//! Headers are put right on the way (entry sizes, alignment 0). A section without contents in the file is aligned, and
//! the space that costs is not given back.
//!
//! Upstream: libelf's `elf_update()`, that is `updatenull_wrlock()` for places and `updatefile()` for bytes.

use object::Endianness;
use object::elf;
use object::endian::Endian as _;

use super::ElfError;
use super::ElfFile;
use super::ImageError;
use super::Section;
use super::SectionId;
use super::WriteRules;
use super::change::Change;
use super::change::Changes;
use super::error::elf_err;
use super::image::AddedSection;

/// Sizes of the ELF header, a program header and a section header of a 64-bit file.
const FILE_HEADER: u64 = 64;
const PROGRAM_HEADER: u64 = 56;
const SECTION_HEADER: usize = 64;

/// A gap this large is taken for a broken `sh_addralign`, not for something worth writing.
const MAX_GAP: u64 = 1 << 30;

/// The places of all sections, and the headers.
#[derive(Debug)]
pub(super) struct Layout {
    /// ELF header and program headers.
    pub start: Vec<u8>,
    /// Space before each section, by section number; the last one is before the section headers.
    pub gaps: Vec<Gap>,
    /// The section header table.
    pub headers: Vec<u8>,
    /// Size of the whole file.
    pub size: u64,
}

/// Space between two sections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pub size: u32,
    /// Where in the input to take the bytes from, or 0 for zeros.
    pub from_input: u64,
}

impl Layout {
    /// Places the sections of `file` with `changes`, and the `added` ones after them.
    pub fn compute(
        file: &ElfFile<'_>,
        changes: &Changes,
        added: &[AddedSection],
        rules: WriteRules,
    ) -> Result<Self, ImageError> {
        let count = file.sections.len() + added.len();
        let program_headers = program_headers(file);
        let start_size = FILE_HEADER + program_headers.len() as u64;
        let mut cursor = Cursor::new(file.endian, start_size, count);
        for (nth, section) in file.sections.iter().enumerate() {
            let change = changes.get(SectionId(nth as u32));
            if nth == 0 {
                cursor.null_section(section, count);
            } else {
                cursor.place(file, nth, &Header::of_input(file, section, change, rules))?;
            }
        }
        for (nth, section) in (file.sections.len()..).zip(added) {
            cursor.place(file, nth, &Header::of_added(section))?;
        }
        let headers_offset = cursor.gap_to(8, 0).ok_or_else(too_large)?;
        let size = headers_offset.checked_add(cursor.headers.len() as u64).ok_or_else(too_large)?;
        let start = start_of_file(file, program_headers, headers_offset, count)?;
        Ok(Self { start, gaps: cursor.gaps, headers: cursor.headers, size })
    }
}

/// A section header without the place, and how the original's libelf saw the section.
struct Header {
    name_offset: u32,
    kind: u32,
    flags: u64,
    addr: u64,
    link: u32,
    info: u32,
    align: u64,
    entsize: u64,
    size: u64,
    /// Place in the input if the original never looked at the contents, as it does with debugging information.
    /// Such a section is not written when its place stays the same, and neither is the gap between two of them.
    unread_at: Option<u64>,
}

impl Header {
    fn of_input(file: &ElfFile<'_>, section: &Section<'_>, change: Option<Change<'_>>, rules: WriteRules) -> Self {
        let appended = change.map_or(0, |change| change.appended().len() as u64);
        let unread =
            change.is_none() && (section.size == 0 || rules.debug_is_unread && section.name.starts_with(b".debug_"));
        let size =
            if section.kind == elf::SHT_NOBITS { section.size } else { stored(file, section).len() as u64 + appended };
        Self {
            name_offset: section.name_offset,
            kind: section.kind,
            flags: section.flags,
            addr: section.addr,
            link: section.link,
            info: change.and_then(|change| change.info()).unwrap_or(section.info),
            align: section.align,
            entsize: section.entsize,
            size,
            unread_at: unread.then_some(section.offset),
        }
    }

    fn of_added(added: &AddedSection) -> Self {
        let section = &added.section;
        Self {
            name_offset: added.name_offset,
            kind: section.kind,
            flags: section.flags,
            addr: 0,
            link: section.link,
            info: section.info,
            align: section.align,
            entsize: section.entsize,
            size: (section.data.len() as u64).max(section.nobits_size),
            unread_at: None,
        }
    }
}

/// Goes over the sections and gives each its place.
struct Cursor {
    endian: Endianness,
    /// End of what was placed.
    end: u64,
    /// End of what was written: sections without contents move `end`, not this.
    written_end: u64,
    gaps: Vec<Gap>,
    headers: Vec<u8>,
    /// Whether the previous section gets written.
    previous_written: bool,
}

impl Cursor {
    fn new(endian: Endianness, end: u64, count: usize) -> Self {
        Self {
            endian,
            end,
            written_end: end,
            gaps: Vec::with_capacity(count + 1),
            headers: Vec::with_capacity(count * SECTION_HEADER),
            previous_written: true,
        }
    }

    /// The null section, whose size is the number of sections if the ELF header cannot hold it.
    fn null_section(&mut self, section: &Section<'_>, count: usize) {
        let size = if count >= usize::from(elf::SHN_LORESERVE) { count as u64 } else { section.size };
        let header = Header {
            name_offset: section.name_offset,
            kind: section.kind,
            flags: section.flags,
            addr: section.addr,
            link: section.link,
            info: section.info,
            align: section.align,
            entsize: section.entsize,
            size,
            unread_at: None,
        };
        self.gaps.push(Gap { size: 0, from_input: 0 });
        self.push_header(&header, section.offset, header.align, header.entsize);
    }

    fn place(&mut self, file: &ElfFile<'_>, nth: usize, header: &Header) -> Result<(), ImageError> {
        let align = if header.flags & u64::from(elf::SHF_COMPRESSED) != 0 { 8 } else { header.align.max(1) };
        if !header.align.max(1).is_power_of_two() {
            return Err(libelf(nth, "invalid section alignment"));
        }
        if header.kind == elf::SHT_GROUP && file.kind != elf::ET_REL {
            return Err(libelf(nth, "only relocatable files can contain section groups"));
        }
        let entsize = entry_size(header.kind).unwrap_or(header.entsize);
        if entsize > 1 && !logical_size(file, nth, header).is_multiple_of(entsize) {
            return Err(libelf(nth, "invalid section entry size"));
        }
        let offset = self.end.checked_next_multiple_of(align).ok_or_else(too_large)?;
        self.end = offset;
        if header.kind == elf::SHT_NOBITS {
            self.gaps.push(Gap { size: 0, from_input: 0 });
        } else {
            let written = header.unread_at != Some(offset);
            let from_input = if written || self.previous_written { 0 } else { self.written_end };
            self.gap_to(1, from_input).ok_or_else(|| absurd(nth, header.align))?;
            self.end = offset.checked_add(header.size).ok_or_else(too_large)?;
            self.written_end = self.end;
            self.previous_written = written;
        }
        self.push_header(header, offset, align, entsize);
        Ok(())
    }

    /// Ends the gap that is open at the next multiple of `align` and returns that place; `None` if it is far away.
    fn gap_to(&mut self, align: u64, from_input: u64) -> Option<u64> {
        let offset = self.end.checked_next_multiple_of(align)?;
        let size = offset.checked_sub(self.written_end).filter(|size| *size <= MAX_GAP)?;
        self.gaps.push(Gap { size: u32::try_from(size).ok()?, from_input });
        Some(offset)
    }

    fn push_header(&mut self, header: &Header, offset: u64, align: u64, entsize: u64) {
        let e = self.endian;
        let out = &mut self.headers;
        out.extend_from_slice(&e.write_u32_bytes(header.name_offset));
        out.extend_from_slice(&e.write_u32_bytes(header.kind));
        out.extend_from_slice(&e.write_u64_bytes(header.flags));
        out.extend_from_slice(&e.write_u64_bytes(header.addr));
        out.extend_from_slice(&e.write_u64_bytes(offset));
        out.extend_from_slice(&e.write_u64_bytes(header.size));
        out.extend_from_slice(&e.write_u32_bytes(header.link));
        out.extend_from_slice(&e.write_u32_bytes(header.info));
        out.extend_from_slice(&e.write_u64_bytes(align));
        out.extend_from_slice(&e.write_u64_bytes(entsize));
    }
}

/// Bytes that section takes in the file. The null type is no reason for libelf to drop contents.
pub(super) fn stored<'d>(file: &ElfFile<'d>, section: &Section<'d>) -> &'d [u8] {
    if section.kind != elf::SHT_NULL {
        return section.data;
    }
    let start = usize::try_from(section.offset).unwrap_or(usize::MAX);
    let end = section.offset.checked_add(section.size).and_then(|end| usize::try_from(end).ok());
    end.and_then(|end| file.data.get(start..end)).unwrap_or_default()
}

/// `sh_entsize` of the section types for which libelf knows it.
fn entry_size(kind: u32) -> Option<u64> {
    match kind {
        elf::SHT_SYMTAB | elf::SHT_DYNSYM | elf::SHT_RELA => Some(24),
        elf::SHT_REL | elf::SHT_DYNAMIC => Some(16),
        elf::SHT_GROUP | elf::SHT_SYMTAB_SHNDX | elf::SHT_HASH => Some(4),
        _ => None,
    }
}

/// The size that must be a multiple of the entry size: the one before compression.
fn logical_size(file: &ElfFile<'_>, nth: usize, header: &Header) -> u64 {
    if header.flags & u64::from(elf::SHF_COMPRESSED) == 0 {
        return header.size;
    }
    let data = file.sections.get(nth).map_or(&[][..], |section| section.data);
    let size = data.get(8..).and_then(<[u8]>::first_chunk::<8>);
    size.map_or(0, |size| file.endian.read_u64_bytes(*size))
}

/// The program headers, which relocatable files do not have but may. Empty if the table is not in the file.
fn program_headers<'d>(file: &ElfFile<'d>) -> &'d [u8] {
    let (offset, count) = program_headers_place(file);
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let size = usize::from(count) * PROGRAM_HEADER as usize;
    let table = file.data.get(start..start.saturating_add(size));
    if start == 0 { &[] } else { table.unwrap_or_default() }
}

/// `e_phoff` and `e_phnum`.
fn program_headers_place(file: &ElfFile<'_>) -> (u64, u16) {
    let e = file.endian;
    let offset = file.data.get(0x20..).and_then(<[u8]>::first_chunk::<8>).map_or(0, |raw| e.read_u64_bytes(*raw));
    let count = file.data.get(0x38..).and_then(<[u8]>::first_chunk::<2>).map_or(0, |raw| e.read_u16_bytes(*raw));
    (offset, count)
}

/// The ELF header and the program headers.
fn start_of_file(
    file: &ElfFile<'_>,
    program_headers: &[u8],
    headers_offset: u64,
    count: usize,
) -> Result<Vec<u8>, ElfError> {
    let e = file.endian;
    let header = file.data.get(..FILE_HEADER as usize);
    let mut start = header.ok_or_else(|| elf_err!("the ELF header is truncated"))?.to_vec();
    let mut put = |offset: usize, bytes: &[u8]| {
        if let Some(place) = start.get_mut(offset..offset + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    let count = u16::try_from(count).ok().filter(|count| *count < elf::SHN_LORESERVE).unwrap_or(0);
    let program_headers_offset = match program_headers_place(file) {
        (_, 0) => 0,
        (offset, _) if program_headers.is_empty() => offset,
        _ => FILE_HEADER,
    };
    put(6, &[elf::EV_CURRENT]);
    put(0x20, &e.write_u64_bytes(program_headers_offset));
    put(0x28, &e.write_u64_bytes(headers_offset));
    put(0x34, &e.write_u16_bytes(FILE_HEADER as u16));
    put(0x3a, &e.write_u16_bytes(SECTION_HEADER as u16));
    put(0x3c, &e.write_u16_bytes(count));
    start.extend_from_slice(program_headers);
    Ok(start)
}

/// What libelf refuses, in its words.
fn libelf(nth: usize, what: &'static str) -> ImageError {
    ImageError::Update { section: SectionId(nth as u32), what }
}

fn absurd(nth: usize, align: u64) -> ElfError {
    elf_err!("section {nth}: sh_addralign {align} would leave a gap of more than {MAX_GAP} bytes")
}

fn too_large() -> ElfError {
    elf_err!("the file would be too large")
}

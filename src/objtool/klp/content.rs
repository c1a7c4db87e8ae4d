// SPDX-License-Identifier: GPL-2.0-only

//! Contents of sections as the original has them in memory, and what names stand for.

use object::elf;

use super::say::Refusal;
use crate::elf::ElfFile;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::demangled_len;

/// Whether the original has read the section: it leaves debug information alone, and what is empty (`sec->data`).
pub(super) fn is_read(section: &Section<'_>) -> bool {
    section.size != 0 && !section.name.starts_with(b".debug_")
}

/// The bytes of a section that has some in the file (`sec->data->d_buf`).
pub(super) fn bytes<'d>(elf: &ElfFile<'d>, id: SectionId) -> Option<&'d [u8]> {
    let section = elf.section(id);
    if !is_read(section) || section.kind == elf::SHT_NOBITS {
        return None;
    }
    if section.kind != elf::SHT_NULL {
        return Some(section.data);
    }
    let start = usize::try_from(section.offset).ok()?;
    elf.data.get(start..start.checked_add(usize::try_from(section.size).ok()?)?)
}

/// `len` bytes of a section.
pub(super) fn range<'d>(elf: &ElfFile<'d>, id: SectionId, offset: u64, len: u64) -> Result<&'d [u8], Refusal> {
    let start = usize::try_from(offset).ok();
    let end = offset.checked_add(len).and_then(|end| usize::try_from(end).ok());
    let found = bytes(elf, id).zip(start.zip(end)).and_then(|(data, (start, end))| data.get(start..end));
    found.ok_or_else(|| Refusal::broken(elf, id, offset, "there is no data"))
}

/// The string at a place, without its end.
pub(super) fn string<'d>(elf: &ElfFile<'d>, id: SectionId, offset: u64) -> Result<&'d [u8], Refusal> {
    let start = usize::try_from(offset).ok();
    let rest = bytes(elf, id).zip(start).and_then(|(data, start)| data.get(start..)).unwrap_or_default();
    let end = memchr::memchr(0, rest).ok_or_else(|| Refusal::broken(elf, id, offset, "there is no string"))?;
    Ok(rest.get(..end).unwrap_or_default())
}

/// Whether a section holds strings (`is_string_sec()`).
pub(super) fn is_string(section: &Section<'_>) -> bool {
    section.flags & u64::from(elf::SHF_STRINGS) != 0
}

/// The name of a symbol without what differs from build to build (`sym->demangled_name`).
pub(super) fn demangled<'d>(code: &Code<'d>, id: SymbolId) -> &'d [u8] {
    let name = code.name(id);
    let kind = code.elf.symbol(id).map_or(elf::STT_NOTYPE, crate::elf::Symbol::kind);
    if !matches!(kind, elf::STT_FUNC | elf::STT_OBJECT) {
        return name;
    }
    name.get(..demangled_len(name)).unwrap_or(name)
}

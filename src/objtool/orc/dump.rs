// SPDX-License-Identifier: GPL-2.0-only

//! `--dump=orc`: the entries of a file in words.
//!
//! Upstream: `orc_dump()`. The file may be relocatable, or linked: then places are addresses.

use std::io::Write;

use arch::OrcBase;
use arch::OrcNumbering;
use object::elf;

use super::ENTRY_SIZE;
use super::OrcEntry;
use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::kernel::OrcFormat;
use crate::kernel::Profile;
use crate::objtool::cfi::frame;

/// Why a dump stopped, in the original's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpError(pub String);

/// Appends a line for each entry to `out`. A file without ORC data has none.
pub fn write(out: &mut Vec<u8>, elf: &ElfFile<'_>, format: OrcFormat) -> Result<(), DumpError> {
    lines(out, elf, |out, entry| match format {
        OrcFormat::EndBit => write_end_bit_entry(out, entry, write_reg),
        format => write_entry(out, format, entry),
    })
}

/// As [`write`], in the words of one release.
pub fn write_for(out: &mut Vec<u8>, elf: &ElfFile<'_>, profile: &Profile) -> Result<(), DumpError> {
    // As long as no entry was found by what the stack pointer points at, nobody minded where the bracket closed.
    if profile.orc != OrcFormat::EndBit || profile.has(Behaviour::StackSwitch) {
        return write(out, elf, profile.orc);
    }
    lines(out, elf, |out, entry| write_end_bit_entry(out, entry, write_reg_of_5_10))
}

/// As [`write`], with `print` for what follows the place of each entry.
pub fn lines(out: &mut Vec<u8>, elf: &ElfFile<'_>, print: impl Fn(&mut Vec<u8>, OrcEntry)) -> Result<(), DumpError> {
    let find = |name: &[u8]| elf.sections.iter().rposition(|sec| sec.name == name);
    let section = |name: &[u8]| find(name).map(|index| &elf.sections[index]);
    let tables = (section(b".orc_unwind"), section(b".orc_unwind_ip"), section(b".symtab"), section(b".strtab"));
    let (Some(orc), Some(places), Some(_), Some(_)) = tables else { return Ok(()) };
    if orc.data.is_empty() || places.data.is_empty() {
        return Ok(());
    }
    if !orc.data.len().is_multiple_of(ENTRY_SIZE) {
        return Err(DumpError("bad .orc_unwind section size".to_owned()));
    }
    let relocs = find(b".rela.orc_unwind_ip").and_then(|index| elf.relocs_in(SectionId(index as u32)));
    for (index, bytes) in orc.data.chunks_exact(ENTRY_SIZE).enumerate() {
        match &relocs {
            Some(relocs) => {
                let reloc = relocs.get(index).ok_or_else(|| DumpError("gelf_getrela".to_owned()))?;
                write_place(out, elf, &reloc)?;
            }
            None => write_address(out, places, index),
        }
        let mut entry = OrcEntry::default();
        entry.0.copy_from_slice(bytes);
        print(out, entry);
    }
    Ok(())
}

fn write_place(out: &mut Vec<u8>, elf: &ElfFile<'_>, reloc: &Reloc) -> Result<(), DumpError> {
    let symbol = elf.symbol(reloc.symbol).ok_or_else(|| DumpError("gelf_getsym".to_owned()))?;
    let name = if symbol.kind() == elf::STT_SECTION {
        // The original does not look at the extended index.
        let section = elf.sections.get(usize::from(symbol.shndx));
        section.ok_or_else(|| DumpError("elf_getscn".to_owned()))?.name
    } else {
        elf.symbol_name(symbol)
    };
    out.extend_from_slice(name);
    let _ = write!(out, "+{:x}:", reloc.addend);
    Ok(())
}

fn write_address(out: &mut Vec<u8>, places: &Section<'_>, index: usize) {
    let bytes = places.data.get(index * 4..index * 4 + 4);
    let relative = bytes.map_or(0, |b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let address = places.addr.wrapping_add(index as u64 * 4).wrapping_add_signed(relative.into());
    let _ = write!(out, "{address:x}:");
}

/// One entry in words, with a line end.
pub fn write_entry(out: &mut Vec<u8>, format: OrcFormat, entry: OrcEntry) {
    let bits = entry.bits();
    let _ = write!(out, "type:{} sp:", type_name(bits >> 8 & 7));
    write_reg(out, format.numbering(), bits & 15, entry.sp_offset());
    out.extend_from_slice(b" bp:");
    write_reg(out, format.numbering(), bits >> 4 & 15, entry.bp_offset());
    let _ = writeln!(out, " signal:{}", bits >> 11 & 1);
}

/// An entry before 6.4 in words, with `reg` for a register and the offset from it.
fn write_end_bit_entry(out: &mut Vec<u8>, entry: OrcEntry, reg: fn(&mut Vec<u8>, &OrcNumbering, u16, i16)) {
    let (bits, numbering) = (entry.bits(), OrcFormat::EndBit.numbering());
    out.extend_from_slice(b" sp:");
    reg(out, numbering, bits & 15, entry.sp_offset());
    out.extend_from_slice(b" bp:");
    reg(out, numbering, bits >> 4 & 15, entry.bp_offset());
    let kind = type_name(frame::of_number(OrcFormat::EndBit, (bits >> 8 & 3) as u8).into());
    let _ = writeln!(out, " type:{kind} end:{}", bits >> 10 & 1);
}

/// As [`write_reg`]. 5.10 closes the bracket behind the offset from what the stack pointer points at, too.
fn write_reg_of_5_10(out: &mut Vec<u8>, numbering: &OrcNumbering, number: u16, offset: i16) {
    match numbering.name(number) {
        Some("(sp)") => {
            let _ = write!(out, "(sp{offset:+})");
        }
        _ => write_reg(out, numbering, number, offset),
    }
}

fn type_name(kind: u16) -> &'static str {
    match kind {
        0 => "(und)",
        1 => "end",
        2 => "call",
        3 => "regs",
        4 => "regs (partial)",
        _ => "?",
    }
}

/// A register and the offset from it, as in `sp+8` and `(bp+16)`.
pub fn write_reg(out: &mut Vec<u8>, numbering: &OrcNumbering, number: u16, offset: i16) {
    let name = numbering.name(number).unwrap_or("?");
    let _ = match (numbering.base(number), name) {
        (Some(OrcBase::Undefined), _) => write!(out, "{name}"),
        // The original says what is added before it is followed for this one alone.
        (_, "(bp)") => write!(out, "(bp{offset:+})"),
        _ => write!(out, "{name}{offset:+}"),
    };
}

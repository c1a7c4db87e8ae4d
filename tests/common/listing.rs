// SPDX-License-Identifier: GPL-2.0-only

//! An object as text: one line for each section, symbol, relocation, ORC entry and row of bytes. Nothing is numbered, so that
//! something added changes no other line. Offsets in the file are left out, as are the string tables.

use object::elf;
use postlink::elf::ElfFile;
use postlink::elf::Section;
use postlink::elf::SectionId;
use postlink::elf::Symbol;
use postlink::kernel::OrcFormat;
use postlink::objtool::orc::dump;

/// Letters for `sh_flags`, lowest bit first, as `readelf` has them; a bit without a letter shows as `?`.
const FLAGS: &str = "WAX?MSILOGTC";

/// Names for `sh_type`, lowest number first.
const KINDS: [&str; 12] =
    ["null", "progbits", "symtab", "strtab", "rela", "hash", "dynamic", "note", "nobits", "rel", "shlib", "dynsym"];

/// The lines; of something that is no object its bytes. `format` is how ORC entries are stored, if they are to be read.
pub fn lines(bytes: &[u8], format: OrcFormat) -> Vec<String> {
    let Ok(file) = ElfFile::parse(bytes) else { return rows("file", bytes) };
    let mut lines = vec![format!("file type {} machine {} flags {:#x}", file.kind, file.machine, file.flags)];
    lines.extend(file.section_ids().map(|id| section(&file, file.section(id))));
    lines.extend(file.symbols.iter().map(|sym| symbol(&file, sym)));
    for id in file.section_ids() {
        lines.extend(contents(&file, id, format));
    }
    lines
}

fn section(file: &ElfFile<'_>, sec: &Section<'_>) -> String {
    let kind = KINDS.get(sec.kind as usize).map_or(format!("type {:#x}", sec.kind), |name| (*name).to_owned());
    let letters = (0..u64::BITS).filter(|bit| sec.flags >> bit & 1 == 1);
    let flags: String = letters.map(|bit| FLAGS.chars().nth(bit as usize).unwrap_or('?')).collect();
    let named = |number: u32| file.sections.get(number as usize).map_or(format!("{number}"), |sec| text(sec.name));
    // What `sh_info` is depends on the type; the first global symbol changes with every local one.
    let info = if sec.is_reloc() { format!(" for {}", named(sec.info)) } else { String::new() };
    let link = if sec.link == 0 { String::new() } else { format!(" link {}", named(sec.link)) };
    // The size of tables shows in their lines.
    let is_table = sec.is_reloc() || matches!(sec.kind, elf::SHT_SYMTAB | elf::SHT_STRTAB);
    let size = if is_table { String::new() } else { format!(" size {:#x}", sec.size) };
    format!("section {} {kind} {flags}{size} align {} entsize {}{link}{info}", text(sec.name), sec.align, sec.entsize)
}

fn symbol(file: &ElfFile<'_>, sym: &Symbol) -> String {
    let place = match sym.shndx {
        elf::SHN_UNDEF => "undefined".to_owned(),
        elf::SHN_ABS => format!("absolute {:#x}", sym.value),
        elf::SHN_COMMON => format!("common {:#x}", sym.value),
        _ => format!("{}+{:#x}", text(file.section(sym.section).name), sym.value),
    };
    let number =
        |names: &[&str], number: u8| names.get(usize::from(number)).map_or(format!("{number}"), |n| (*n).into());
    let binding = number(&["local", "global", "weak"], sym.binding());
    let kind = number(&["notype", "object", "func", "section", "file", "common", "tls"], sym.kind());
    let other = if sym.other == 0 { String::new() } else { format!(" other {:#x}", sym.other) };
    format!("symbol {} {binding} {kind} {place} size {:#x}{other}", symbol_name(file, sym), sym.size)
}

/// What is in a section that has lines of its own.
fn contents(file: &ElfFile<'_>, id: SectionId, format: OrcFormat) -> Vec<String> {
    let sec = file.section(id);
    let name = text(sec.name);
    match sec.kind {
        elf::SHT_SYMTAB | elf::SHT_STRTAB => Vec::new(),
        // These only number the symbols and sections that are shown.
        elf::SHT_SYMTAB_SHNDX => Vec::new(),
        // The places of ORC entries are shown with them.
        elf::SHT_RELA if name == ".rela.orc_unwind_ip" && orc(file, format).is_some() => Vec::new(),
        elf::SHT_REL | elf::SHT_RELA => relocs(file, id),
        _ if name == ".orc_unwind" => orc(file, format).unwrap_or_else(|| rows(&name, sec.data)),
        _ => rows(&name, sec.data),
    }
}

fn relocs(file: &ElfFile<'_>, id: SectionId) -> Vec<String> {
    let Some(relocs) = file.relocs_in(id) else { return Vec::new() };
    let target = text(file.section(relocs.target).name);
    let line = |reloc: postlink::elf::Reloc| {
        let name = file.symbol(reloc.symbol).map_or("?".to_owned(), |sym| symbol_name(file, sym));
        format!("reloc {target}+{:#x} type {} {name}{:+#x}", reloc.offset, reloc.kind, reloc.addend)
    };
    relocs.iter().map(line).collect()
}

/// The unwind table in words, if it can be read.
fn orc(file: &ElfFile<'_>, format: OrcFormat) -> Option<Vec<String>> {
    let mut out = Vec::new();
    dump::write(&mut out, file, format).ok()?;
    Some(String::from_utf8_lossy(&out).lines().map(|line| format!("orc {line}")).collect())
}

/// Sixteen bytes a line; a line of zeros is left out, as the size of the section says it.
fn rows(name: &str, data: &[u8]) -> Vec<String> {
    let is_told = |(_, row): &(usize, &[u8])| row.iter().any(|byte| *byte != 0);
    let line = |(nth, row): (usize, &[u8])| {
        let hex: String = row.iter().map(|byte| format!(" {byte:02x}")).collect();
        format!("bytes {name}+{:#x}:{hex}", nth * 16)
    };
    data.chunks(16).enumerate().filter(is_told).map(line).collect()
}

fn symbol_name(file: &ElfFile<'_>, sym: &Symbol) -> String {
    text(if sym.is_section() { file.section(sym.section).name } else { file.symbol_name(sym) })
}

fn text(name: &[u8]) -> String {
    if name.is_empty() { "-".to_owned() } else { String::from_utf8_lossy(name).into_owned() }
}

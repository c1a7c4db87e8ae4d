// SPDX-License-Identifier: GPL-2.0-only

//! `postlink compare`: what differs between two object files, in words.
//!
//! Two runs of a post-link tool should make the same bytes. Where they do not, a byte offset says little; this names the
//! section, then the symbol, relocation, instruction or unwind entry. Files are compared from the whole to the parts, and
//! what merely follows from an earlier difference (offsets after a longer section, say) comes last.

mod contents;
mod orc;
mod place;
mod tables;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;

use object::elf;

use crate::elf::ElfFile;
use crate::elf::Section;
use crate::elf::SectionId;
use place::Places;

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The first difference, and the names of all sections that differ.
    First,
    /// Every difference, up to a number of lines that a person still reads.
    All,
}

/// Lines of differences at most.
const MAX_LINES: usize = 200;

/// Names of differing sections at most.
const MAX_NAMES: usize = 12;

/// Compares objects `a` and `b` and writes what differs to `out`. Returns whether they are identical, byte for byte; what cannot be
/// read, or is no object, is an error that names it.
pub fn run(a: &Path, b: &Path, detail: Detail, out: &mut dyn Write) -> io::Result<bool> {
    let [old, new] = [read(a)?, read(b)?];
    let (parsed_a, parsed_b) = (parse(a, &old)?, parse(b, &new)?);
    if old == new {
        writeln!(out, "identical")?;
        return Ok(true);
    }
    let mut differences = Differences { lines: Vec::new(), sections: Vec::new(), n_found: 0 };
    compare_objects(&parsed_a, &parsed_b, &mut differences);
    if differences.n_found == 0 {
        differences.add(contents::first_byte("the files", &old, &new));
    }
    let shown = if detail == Detail::First { 1 } else { MAX_LINES };
    for line in differences.lines.iter().take(shown) {
        writeln!(out, "{line}")?;
    }
    if differences.n_found > shown.min(differences.lines.len()) {
        let rest = differences.n_found - shown.min(differences.lines.len());
        writeln!(out, "… and {rest} more")?;
    }
    differences.write_sections(out)?;
    Ok(false)
}

/// Reads a file, with its name in the error.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Reads an object; what is none says nothing about a difference.
fn parse<'a>(path: &Path, data: &'a [u8]) -> io::Result<ElfFile<'a>> {
    let fail = |error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()));
    ElfFile::parse(data).map_err(fail)
}

/// What was found.
struct Differences {
    lines: Vec<String>,
    /// Names of differing sections.
    sections: Vec<String>,
    /// Number of differences; `lines` holds the first of them.
    n_found: usize,
}

impl Differences {
    fn add(&mut self, line: String) {
        self.n_found += 1;
        if self.lines.len() < MAX_LINES {
            self.lines.push(line);
        }
    }

    fn write_sections(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.sections.is_empty() {
            return Ok(());
        }
        let mut names: Vec<&str> = self.sections.iter().map(String::as_str).collect();
        names.dedup();
        names.truncate(MAX_NAMES);
        write!(out, "differing sections ({}): {}", self.sections.len(), names.join(" "))?;
        writeln!(out, "{}", if self.sections.len() > MAX_NAMES { " …" } else { "" })
    }

    /// Notes a difference if `a` and `b` differ.
    fn field<T: PartialEq + std::fmt::LowerHex>(&mut self, what: &str, a: T, b: T) {
        if a != b {
            self.add(format!("{what}: A {a:#x}, B {b:#x}"));
        }
    }
}

/// The two files with what is looked up in them often.
struct Pair<'a> {
    a: &'a ElfFile<'a>,
    b: &'a ElfFile<'a>,
    places_a: Places<'a>,
    places_b: Places<'a>,
}

fn compare_objects(a: &ElfFile<'_>, b: &ElfFile<'_>, out: &mut Differences) {
    out.field("ELF header: e_type", a.kind, b.kind);
    out.field("ELF header: e_machine", a.machine, b.machine);
    out.field("ELF header: e_flags", a.flags, b.flags);
    let matched = match_sections(a, b, out);
    let pair = Pair { a, b, places_a: Places::new(a), places_b: Places::new(b) };
    let has_orc_difference = orc::compare(&pair, out);
    for (in_a, in_b) in &matched {
        let before = out.n_found;
        compare_header(a.section(*in_a), b.section(*in_b), out);
        // An unwind table is told by its entries, not by bytes.
        let is_told = has_orc_difference && orc::is_part(a.section(*in_a).name);
        if !is_told {
            compare_contents(&pair, *in_a, *in_b, out);
        }
        if out.n_found > before || is_told && a.section(*in_a).data != b.section(*in_b).data {
            out.sections.push(String::from_utf8_lossy(a.section(*in_a).name).into_owned());
        }
    }
    for (in_a, in_b) in &matched {
        compare_layout(a.section(*in_a), b.section(*in_b), out);
    }
    out.field("ELF header: e_shoff", a.section_headers_offset, b.section_headers_offset);
    out.field("file size", a.data.len(), b.data.len());
}

/// Pairs of sections that belong together. What has no partner is noted.
fn match_sections(a: &ElfFile<'_>, b: &ElfFile<'_>, out: &mut Differences) -> Vec<(SectionId, SectionId)> {
    let is_renamed = |id: &SectionId| a.section(*id).name != b.section(*id).name;
    let n_common = a.sections.len().min(b.sections.len());
    let common = || a.section_ids().take(n_common.saturating_sub(1));
    let n_renamed = common().filter(is_renamed).count();
    // The usual case: the same sections, perhaps more of them in one file. A single wrong name does not change that.
    if n_renamed * 100 > n_common {
        return match_by_name(a, b, out);
    }
    for id in common().filter(is_renamed) {
        let (in_a, in_b) = (section_name(a.section(id)), section_name(b.section(id)));
        out.add(format!("section number {}: A has {in_a}, B {in_b}", id.0));
    }
    for id in a.section_ids().skip(n_common.saturating_sub(1)) {
        out.add(format!("{} is only in A", section_name(a.section(id))));
    }
    for id in b.section_ids().skip(n_common.saturating_sub(1)) {
        out.add(format!("{} is only in B", section_name(b.section(id))));
    }
    common().map(|id| (id, id)).collect()
}

/// Pairs of sections with the same name, in file order; the nth of a name belongs to the nth of that name.
fn match_by_name(a: &ElfFile<'_>, b: &ElfFile<'_>, out: &mut Differences) -> Vec<(SectionId, SectionId)> {
    let mut in_b: HashMap<(&[u8], u32), SectionId> = numbered(b).map(|(id, key)| (key, id)).collect();
    let mut matched = Vec::new();
    for (id, key) in numbered(a) {
        match in_b.remove(&key) {
            Some(other) => matched.push((id, other)),
            None => out.add(format!("{} is only in A", section_name(a.section(id)))),
        }
    }
    let mut only_in_b: Vec<SectionId> = in_b.into_values().collect();
    only_in_b.sort_unstable();
    for id in only_in_b {
        out.add(format!("{} is only in B", section_name(b.section(id))));
    }
    if let Some((in_a, in_b)) = matched.iter().find(|(in_a, in_b)| in_a != in_b) {
        let name = section_name(a.section(*in_a));
        out.add(format!("{name} has number {} in A and {} in B", in_a.0, in_b.0));
    }
    matched
}

/// Sections by name and how many of that name came before.
fn numbered<'a>(file: &'a ElfFile<'a>) -> impl Iterator<Item = (SectionId, (&'a [u8], u32))> {
    let mut seen: HashMap<&[u8], u32> = HashMap::new();
    file.section_ids().map(move |id| {
        let name = file.section(id).name;
        let nth = seen.entry(name).or_default();
        *nth += 1;
        (id, (name, *nth))
    })
}

/// How a section is called in a sentence.
fn section_name(section: &Section<'_>) -> String {
    format!("section {}", String::from_utf8_lossy(section.name))
}

fn compare_header(a: &Section<'_>, b: &Section<'_>, out: &mut Differences) {
    let name = section_name(a);
    out.field(&format!("{name}: sh_type"), a.kind, b.kind);
    out.field(&format!("{name}: sh_flags"), a.flags, b.flags);
    out.field(&format!("{name}: sh_addr"), a.addr, b.addr);
    out.field(&format!("{name}: sh_addralign"), a.align, b.align);
    out.field(&format!("{name}: sh_entsize"), a.entsize, b.entsize);
    out.field(&format!("{name}: sh_link"), a.link, b.link);
    out.field(&format!("{name}: sh_info"), a.info, b.info);
    out.field(&format!("{name}: sh_name"), a.name_offset, b.name_offset);
}

fn compare_layout(a: &Section<'_>, b: &Section<'_>, out: &mut Differences) {
    let name = section_name(a);
    out.field(&format!("{name}: sh_size"), a.size, b.size);
    out.field(&format!("{name}: sh_offset"), a.offset, b.offset);
}

fn compare_contents(pair: &Pair<'_>, in_a: SectionId, in_b: SectionId, out: &mut Differences) {
    let (a, b) = (pair.a.section(in_a), pair.b.section(in_b));
    if a.data == b.data {
        return;
    }
    match a.kind {
        elf::SHT_SYMTAB if in_a == pair.a.symtab => tables::compare_symbols(pair, out),
        elf::SHT_REL | elf::SHT_RELA => tables::compare_relocs(pair, in_a, in_b, out),
        elf::SHT_STRTAB => contents::compare_strings(a, b, out),
        elf::SHT_SYMTAB_SHNDX => contents::compare_words(a, b, out),
        _ => contents::compare_bytes(pair, in_a, in_b, out),
    }
}

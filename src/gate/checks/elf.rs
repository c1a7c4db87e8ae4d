// SPDX-License-Identifier: GPL-2.0-only

//! Structural integrity of objects, and that they belong together.

use std::collections::BTreeMap;

use object::Endianness;
use object::elf;

use crate::elf::Class;
use crate::elf::SectionId;
use crate::gate::check::FileCx;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::object::ObjectCx;
use crate::objtool::finding::Topic;

check! {
    /// An object is broken, or is for another machine than the rest.
    ///
    /// Symbol indices, section links, relocation targets and group members must lie inside their tables, and all objects
    /// of a link have one machine, word size and byte order. A loader or a patching tool that follows such an index reads
    /// other memory.
    ///
    /// Cause: a linker or a tool that rewrites objects and got an index wrong (seen with more than 65,280 sections), a
    /// truncated copy, or objects of another build in the folder.
    ///
    /// Remedy: rebuild the object; if it comes out the same, look at the last tool in its `.cmd` file that wrote it.
    "elf", Error, topics: [Topic::Structure], file: look_at_file, object: look, world: look_at_world,
}

fn look_at_file(cx: &FileCx<'_>) -> Vec<GateFinding> {
    match cx.error {
        Some(error) if cx.bitcode.is_none() => {
            vec![GateFinding::new("malformed", format!("{}: {error}", cx.file.name))]
        }
        _ => Vec::new(),
    }
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for id in cx.elf.section_ids() {
        match cx.elf.section(id).kind {
            elf::SHT_GROUP => findings.extend(group(cx, id)),
            elf::SHT_REL | elf::SHT_RELA => findings.extend(relocs(cx, id)),
            _ => {}
        }
    }
    findings.extend(symbols(cx));
    findings
}

fn group(cx: &ObjectCx<'_>, id: SectionId) -> Option<GateFinding> {
    let section = cx.elf.section(id);
    let words = section.data.chunks_exact(4).skip(1).filter_map(|word| word.first_chunk::<4>().copied());
    let is_big = cx.elf.endian == Endianness::Big;
    let mut words = words.map(|word| if is_big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) });
    let count = cx.elf.sections.len();
    let bad = words.find(|member| *member == 0 || *member as usize >= count)?;
    let text = format!("section group {}: member {bad} is no section (there are {count})", id.0);
    Some(GateFinding::new("group-member", text).section(cx.section_name(id)))
}

/// The first relocation that lies outside the section it applies to, or the section as a whole if it applies to nothing.
fn relocs(cx: &ObjectCx<'_>, id: SectionId) -> Option<GateFinding> {
    let section = cx.elf.section(id);
    if section.is_alloc() || section.data.is_empty() {
        return None;
    }
    let name = cx.section_name(id);
    if section.link as usize != cx.elf.symtab.index() {
        let text = format!("{name}: sh_link {} is not the symbol table", section.link);
        return Some(GateFinding::new("reloc-link", text).section(name));
    }
    if section.info == 0 {
        return Some(GateFinding::new("reloc-target", format!("{name}: sh_info names no section")).section(name));
    }
    let target = cx.elf.section(SectionId(section.info));
    let relocs = cx.elf.relocs_in(id)?;
    let outside = relocs.iter().find(|reloc| reloc.offset >= target.size)?;
    let text =
        format!("{name}: relocation at {:#x} is past the end of the section ({:#x})", outside.offset, target.size);
    Some(GateFinding::new("reloc-offset", text).section(name).at(outside.offset))
}

/// Symbols that lie outside their section.
fn symbols(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for symbol in cx.elf.symbols.iter().filter(|symbol| symbol.section != SectionId::UNDEF) {
        let section = cx.elf.section(symbol.section);
        if cx.elf.kind == elf::ET_REL && symbol.value > section.size {
            let name = String::from_utf8_lossy(cx.elf.symbol_name(symbol)).into_owned();
            let text =
                format!("symbol '{name}' lies past the end of its section ({:#x} > {:#x})", symbol.value, section.size);
            findings.push(GateFinding::new("symbol-value", text).symbol(name).section(cx.section_name(symbol.section)));
        }
    }
    findings
}

/// Objects of another machine than most.
fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let known = || cx.facts.iter().filter(|facts| !facts.is_opaque);
    let mut counts: BTreeMap<(u16, bool, bool), usize> = BTreeMap::new();
    let target =
        |facts: &crate::gate::facts::FileFacts| (facts.machine, facts.class == Class::Elf64, facts.is_big_endian);
    for facts in known() {
        *counts.entry(target(facts)).or_default() += 1;
    }
    let Some((usual, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return Vec::new() };
    let odd = known().filter(|facts| target(facts) != *usual);
    let findings = odd.map(|facts| {
        let text = format!("{} is for {}, the others are for {}", facts.file.name, words(target(facts)), words(*usual));
        GateFinding::new("mixed-machines", text).about(&facts.file.subject, &facts.file.name)
    });
    findings.collect()
}

fn words((machine, is_64, is_big): (u16, bool, bool)) -> String {
    let bits = if is_64 { 64 } else { 32 };
    let order = if is_big { "big" } else { "little" };
    format!("machine {machine}, {bits} bit, {order} endian")
}

// SPDX-License-Identifier: GPL-2.0-only

//! From frame states to ORC sections.
//!
//! Upstream: `orc_create()`. An entry is made where the state differs from the last entry's; bytes that alternatives share
//! are taken from their common states. Each section with entries ends with a terminator at its size, never left out.

use object::elf;
use rustc_hash::FxHashMap;

use super::OrcEntry;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::cfi::CfiId;
use crate::objtool::check::Walk;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::code::SecFlags;
use crate::objtool::code::Text;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Entries with the places they are for.
#[derive(Debug, Default)]
pub struct OrcTable {
    /// Entries in order.
    pub entries: Vec<OrcEntry>,
    /// Section and offset of each.
    pub places: Vec<(SectionId, u64)>,
}

/// Makes the entries of all code that the kernel runs.
pub fn table(code: &Code<'_>, walk: &Walk) -> Result<OrcTable, Fatal> {
    let mut maker = Maker { code, walk, known: FxHashMap::default(), table: OrcTable::default() };
    for text in &code.insns.texts {
        if code.sec_flags[text.section.index()].contains(SecFlags::TEXT) {
            maker.add_section(text)?;
        }
    }
    Ok(maker.table)
}

/// The sections `.orc_unwind` and `.orc_unwind_ip`, if there are entries.
pub fn sections(code: &Code<'_>, walk: &Walk) -> Result<Vec<Edit>, Fatal> {
    let table = table(code, walk)?;
    if table.entries.is_empty() {
        return Ok(Vec::new());
    }
    if code.section_names.get(".orc_unwind").is_some() {
        // A warning for the original, and yet the end.
        return Err(Fatal(Finding::warn(Message::AlreadyHas { section: ".orc_unwind section" })));
    }
    if code.profile.has(Behaviour::SectionNamesUnique) && code.section_names.get(".orc_unwind_ip").is_some() {
        return Err(Fatal::new(Message::Raw { text: "section '.orc_unwind_ip' already exists".to_owned() }));
    }
    let kind = code.arch.facts().reloc_text;
    let relocs = table.places.iter().enumerate().map(|(index, &(section, offset))| NewReloc {
        offset: index as u64 * 4,
        target: RelocTarget::Section(section),
        kind,
        addend: offset.cast_signed(),
    });
    let relocs: Vec<NewReloc> = relocs.collect();
    let unwind = NewSection {
        name: b".orc_unwind".to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: elf::SHF_ALLOC.into(),
        align: 1,
        entsize: super::ENTRY_SIZE as u64,
        data: table.entries.iter().flat_map(|entry| entry.0).collect(),
        relocs: None,
    };
    let places = NewSection {
        name: b".orc_unwind_ip".to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: elf::SHF_ALLOC.into(),
        align: 1,
        entsize: 4,
        data: vec![0; relocs.len() * 4],
        relocs: Some(relocs),
    };
    Ok(vec![Edit::AddSection(Box::new(unwind)), Edit::AddSection(Box::new(places))])
}

struct Maker<'a, 'd> {
    code: &'a Code<'d>,
    walk: &'a Walk,
    /// Entries of states met so far.
    known: FxHashMap<CfiId, OrcEntry>,
    table: OrcTable,
}

impl Maker<'_, '_> {
    fn add_section(&mut self, text: &Text) -> Result<(), Fatal> {
        let mut last = OrcEntry::default();
        let start = self.table.entries.len();
        let mut insn = InsnId(text.first);
        while insn.0 < text.end {
            let offset = self.code.insns.get(insn).offset;
            let group = self.code.group_of(insn).map(|group| &self.code.groups[group.index()]);
            let Some((group, end)) = group.and_then(|group| Some((group, group.last?))) else {
                self.add(text.section, insn, offset.into(), self.walk.cfi[insn.index()], &mut last)?;
                insn.0 += 1;
                continue;
            };
            let len = self.code.insns.get(end).end().saturating_sub(self.code.insns.get(group.first).offset);
            if len > n_bytes_kept(group.slots.len() as u32) {
                return Err(Fatal::at(text.section, offset.into(), Message::AltCutsInsn));
            }
            for byte in 0..len {
                let slot = group.slots.start.checked_add(byte).filter(|slot| *slot < group.slots.end);
                let id = slot.and_then(|slot| self.walk.slots.get(slot as usize)).copied().unwrap_or(CfiId::NONE);
                if id != CfiId::NONE {
                    self.add(text.section, insn, u64::from(offset) + u64::from(byte), id, &mut last)?;
                }
            }
            insn.0 = end.0.max(insn.0) + 1;
        }
        if self.table.entries.len() > start {
            self.table.entries.push(OrcEntry::default());
            self.table.places.push((text.section, self.code.elf.section(text.section).size));
        }
        Ok(())
    }

    fn add(
        &mut self,
        section: SectionId,
        insn: InsnId,
        offset: u64,
        id: CfiId,
        last: &mut OrcEntry,
    ) -> Result<(), Fatal> {
        let entry = self.entry(id).map_err(|message| Fatal::insn(insn, message))?;
        if entry != *last {
            self.table.entries.push(entry);
            self.table.places.push((section, offset));
            *last = entry;
        }
        Ok(())
    }

    fn entry(&mut self, id: CfiId) -> Result<OrcEntry, Message> {
        if let Some(entry) = self.known.get(&id) {
            return Ok(*entry);
        }
        let entry = OrcEntry::of_state(
            self.code.profile.orc,
            self.code.arch.facts(),
            id.some().map(|id| self.walk.cfis.get(id)),
        )?;
        self.known.insert(id, entry);
        Ok(entry)
    }
}

/// For how many bytes of an alternative's original code the original can look up a state: its table of pointers has one
/// for each byte, as far as the last pointer that fits into the memory that the C library hands out for that. Past it
/// follows what is no pointer, and a crash.
fn n_bytes_kept(orig_len: u32) -> u32 {
    orig_len.max(2) | 1
}

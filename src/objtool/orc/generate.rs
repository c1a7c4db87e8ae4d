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
    let groups = GroupSpans::of(code);
    let made = code.elf.map(&code.insns.pieces(|insn| !groups.cover(insn)), |piece| {
        let mut maker = Maker { code, walk, known: FxHashMap::default() };
        let texts = piece.iter().filter(|text| code.sec_flags[text.section.index()].contains(SecFlags::TEXT));
        texts.map(|text| maker.part(text)).collect::<Result<Vec<Part>, Fatal>>()
    });
    let mut table = OrcTable::default();
    // Nothing is made of a file with a fault; the first one counts.
    for parts in made {
        parts?.into_iter().for_each(|part| part.append_to(&mut table));
    }
    Ok(table)
}

/// The entries of a section or of a part of one, from the first that differs from the one before.
struct Part {
    section: SectionId,
    /// It is not the section's first part, so what comes before its first entry is not known yet.
    goes_on: bool,
    entries: Vec<OrcEntry>,
    offsets: Vec<u64>,
    /// The state that was looked at last.
    latest: Option<CfiId>,
    /// The section's size, if it is the last part.
    end: Option<u64>,
}

impl Part {
    fn append_to(self, table: &mut OrcTable) {
        let is_begun = self.goes_on && table.places.last().is_some_and(|(section, _)| *section == self.section);
        let before = table.entries.last().copied().filter(|_| is_begun).unwrap_or_default();
        let is_repeated = self.goes_on && self.entries.first() == Some(&before);
        let n_skipped = usize::from(is_repeated);
        table.entries.extend(self.entries.iter().skip(n_skipped));
        table.places.extend(self.offsets.iter().skip(n_skipped).map(|offset| (self.section, *offset)));
        let has_entries = is_begun || self.entries.len() > n_skipped;
        if let Some(end) = self.end.filter(|_| has_entries) {
            table.entries.push(OrcEntry::default());
            table.places.push((self.section, end));
        }
    }
}

/// Where groups of alternatives are, which are dealt with as a whole.
struct GroupSpans {
    /// First and last instruction of each group, by first, the last one being the largest so far.
    spans: Vec<(InsnId, InsnId)>,
}

impl GroupSpans {
    fn of(code: &Code<'_>) -> Self {
        let mut spans: Vec<_> = code.groups.iter().filter_map(|group| Some((group.first, group.last?))).collect();
        spans.sort_unstable();
        let mut largest = InsnId(0);
        for (_, last) in &mut spans {
            largest = largest.max(*last);
            *last = largest;
        }
        Self { spans }
    }

    /// Whether `insn` is in a group, and not its first.
    fn cover(&self, insn: InsnId) -> bool {
        let n_before = self.spans.partition_point(|(first, _)| *first < insn);
        n_before.checked_sub(1).and_then(|nth| self.spans.get(nth)).is_some_and(|(_, last)| *last >= insn)
    }
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
}

impl Maker<'_, '_> {
    fn part(&mut self, text: &Text) -> Result<Part, Fatal> {
        let whole = self.code.insns.text(text.section).map_or((text.first, text.end), |text| (text.first, text.end));
        let goes_on = text.first != whole.0;
        let end = (text.end == whole.1).then(|| self.code.elf.section(text.section).size);
        let mut part =
            Part { section: text.section, goes_on, entries: Vec::new(), offsets: Vec::new(), latest: None, end };
        let mut insn = InsnId(text.first);
        while insn.0 < text.end {
            let offset = self.code.insns.get(insn).offset;
            let group = self.code.group_of(insn).map(|group| &self.code.groups[group.index()]);
            let Some((group, end)) = group.and_then(|group| Some((group, group.last?))) else {
                self.add(&mut part, insn, offset.into(), self.walk.cfi[insn.index()])?;
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
                    self.add(&mut part, insn, u64::from(offset) + u64::from(byte), id)?;
                }
            }
            insn.0 = end.0.max(insn.0) + 1;
        }
        Ok(part)
    }

    #[inline]
    fn add(&mut self, part: &mut Part, insn: InsnId, offset: u64, id: CfiId) -> Result<(), Fatal> {
        // Most instructions have the state of the one before.
        if part.latest == Some(id) {
            return Ok(());
        }
        part.latest = Some(id);
        self.add_other(part, insn, offset, id)
    }

    fn add_other(&mut self, part: &mut Part, insn: InsnId, offset: u64, id: CfiId) -> Result<(), Fatal> {
        let entry = self.entry(id).map_err(|message| Fatal::insn(insn, message))?;
        let is_same = match part.entries.last() {
            Some(last) => *last == entry,
            None => !part.goes_on && entry == OrcEntry::default(),
        };
        if !is_same {
            part.entries.push(entry);
            part.offsets.push(offset);
        }
        Ok(())
    }

    fn entry(&mut self, id: CfiId) -> Result<OrcEntry, Message> {
        if let Some(entry) = self.known.get(&id) {
            return Ok(*entry);
        }
        let state = id.some().map(|id| self.walk.cfis.get(id));
        let entry = OrcEntry::of_state(self.code.profile.orc, self.code.arch.facts(), state)?;
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

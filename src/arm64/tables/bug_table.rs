// SPDX-License-Identifier: GPL-2.0-only

//! `__bug_table` against the code: every `brk #0x800` has an entry, and every entry a `brk #0x800`.
//!
//! A record is s32 place, s32 file name, u16 line, u16 flags; without `CONFIG_DEBUG_BUGVERBOSE` it is s32 place, u16 flags and
//! two bytes to fill up.

use object::elf;

use super::records;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::arm64::words;
use crate::elf::SectionId;

/// Checks both ways.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    let mut listed = Vec::new();
    for section in object.sections_named("__bug_table") {
        let (all, cut) = records(object, section, record_size(object, section));
        findings.extend(cut);
        for record in all {
            let place = record.field(object, 0, elf::R_AARCH64_PREL32).and_then(|reloc| object.target(&reloc));
            let Some(place) = place.filter(|place| object.is_code(*place)) else {
                findings.push(Arm64Finding::at(record.place, Kind::BugNoCode));
                continue;
            };
            listed.push(place);
            if object.word(place) != Some(words::BRK_BUG) {
                // The instruction that lost its entry is next to it; one finding tells of both.
                listed.extend([place.plus(-4), place.plus(4)].into_iter().flatten());
                findings.push(Arm64Finding::at(place, Kind::BugNoBrk));
            }
        }
    }
    listed.sort_unstable();
    // What an entry that went astray leaves behind has its finding already.
    let n_stray = findings.iter().filter(|finding| finding.kind == Kind::BugNoCode).count();
    let unlisted = unlisted(object, &listed);
    if unlisted.len() > n_stray {
        findings.extend(unlisted);
    }
    findings
}

/// With a file name there is a second relocation, four bytes after the first.
fn record_size(object: &Arm64Object<'_>, section: SectionId) -> u64 {
    match object.relocs.in_range(section, 4, 4) {
        Some(found) if found.reloc.offset == 4 => 12,
        _ => 8,
    }
}

/// `brk` of the sort that an entry belongs to, without one.
fn unlisted(object: &Arm64Object<'_>, listed: &[Place]) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for section in object.code_sections() {
        let words = object.elf.section(section).data.chunks_exact(4);
        for (index, word) in words.enumerate() {
            let place = Place { section, offset: index as u64 * 4 };
            let is_brk = word == words::BRK_BUG.to_le_bytes();
            if is_brk && listed.binary_search(&place).is_err() && !object.is_data(place) {
                findings.push(Arm64Finding::at(place, Kind::BugUnlisted));
            }
        }
    }
    findings
}

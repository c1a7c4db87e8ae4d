// SPDX-License-Identifier: GPL-2.0-only

//! Absolute addresses in code that runs before the kernel has relocated itself, or at other addresses than it was linked for.
//!
//! Three sorts: `.head.text`; position-independent code, whose symbols the build prefixes with `__pi_`; and the nVHE
//! hypervisor in `.hyp` sections, whose data may hold pointers if `.hyp.reloc` lists them, for the kernel adjusts those.

use arch::arm64::is_absolute_reloc;
use object::elf;

use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::elf::SectionId;

const HEAD: &[u8] = b".head.text";
const HYP: &[u8] = b".hyp.";
const PREFIX: &[u8] = b"__pi_";
/// Words in which the build turns absolute addresses into distances (`relacheck`).
const CONVERTED: &[u8] = b".rodata.prel64";

/// What a place belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Early {
    Head,
    Pi,
    Hyp,
}

/// Looks at every absolute relocation in early code and data.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let pi = pi_ranges(object);
    let listed = hyp_relocs(object);
    let mut findings = Vec::new();
    for section in object.elf.section_ids() {
        let sec = object.elf.section(section);
        let of_section = section_kind(sec.name);
        let may_be_pi = pi.binary_search_by_key(&section, |range| range.0.section).is_ok();
        if !sec.is_alloc() || of_section.is_none() && !may_be_pi {
            continue;
        }
        let Some(relocs) = object.relocs.of(section) else { continue };
        for reloc in relocs.relocs.iter().filter(|reloc| is_absolute_reloc(reloc.kind)) {
            let place = Place { section, offset: reloc.offset };
            let early = of_section.or_else(|| is_pi(&pi, place).then_some(Early::Pi));
            let finding = early.and_then(|early| wrong(early, sec.name, reloc.kind, listed.as_deref(), place));
            findings.extend(finding.map(|finding| finding.with(object.describe_target(&reloc))));
        }
    }
    findings
}

fn section_kind(name: &[u8]) -> Option<Early> {
    match name {
        HEAD => Some(Early::Head),
        _ if name.starts_with(HYP) => Some(Early::Hyp),
        _ => None,
    }
}

/// What is wrong with an absolute relocation at a place, its target left to be filled in.
fn wrong(early: Early, section: &[u8], kind: u32, listed: Option<&[Place]>, place: Place) -> Option<Arm64Finding> {
    let absolute = |what: &str| Some(Arm64Finding::at(place, Kind::EarlyAbsolute).with(what));
    match early {
        Early::Head => absolute("the kernel's head"),
        Early::Pi if section.windows(CONVERTED.len()).any(|part| part == CONVERTED) => None,
        Early::Pi => absolute("position-independent code"),
        Early::Hyp if kind != elf::R_AARCH64_ABS64 => absolute("the nVHE hypervisor"),
        Early::Hyp => {
            // Without a list the object is not finished: the build makes it from this object.
            let listed = listed?;
            listed.binary_search(&place).is_err().then(|| Arm64Finding::at(place, Kind::HypUnlisted))
        }
    }
}

/// Extents of the symbols with the prefix: start, end; sorted, and merged where they overlap.
fn pi_ranges(object: &Arm64Object<'_>) -> Vec<(Place, u64)> {
    let symbols = object.elf.symbols.iter();
    let symbols = symbols.filter(|symbol| symbol.section != SectionId::UNDEF && symbol.size != 0);
    let symbols = symbols.filter(|symbol| object.elf.symbol_name(symbol).starts_with(PREFIX));
    let range = |symbol: &crate::elf::Symbol| {
        let place = Place { section: symbol.section, offset: symbol.value };
        (place, symbol.value.saturating_add(symbol.size))
    };
    let mut ranges: Vec<(Place, u64)> = symbols.map(range).collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, last| {
        let overlaps = next.0.section == last.0.section && next.0.offset <= last.1;
        if overlaps {
            last.1 = last.1.max(next.1);
        }
        overlaps
    });
    ranges
}

fn is_pi(ranges: &[(Place, u64)], place: Place) -> bool {
    let after = ranges.partition_point(|(start, _)| *start <= place);
    let last = after.checked_sub(1).and_then(|last| ranges.get(last));
    last.is_some_and(|(start, end)| start.section == place.section && place.offset < *end)
}

/// Places that the kernel adjusts for the hypervisor, sorted, if there is such a list.
fn hyp_relocs(object: &Arm64Object<'_>) -> Option<Vec<Place>> {
    let mut places = None;
    for section in object.sections_named(".hyp.reloc") {
        let places: &mut Vec<Place> = places.get_or_insert_default();
        let Some(relocs) = object.relocs.of(section) else { continue };
        let words = relocs.relocs.iter().filter(|reloc| reloc.kind == elf::R_AARCH64_PREL32);
        places.extend(words.filter_map(|reloc| object.target(&reloc)));
    }
    if let Some(places) = &mut places {
        places.sort_unstable();
    }
    places
}

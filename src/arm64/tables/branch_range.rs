// SPDX-License-Identifier: GPL-2.0-only

//! Branches that are about to be out of reach.
//!
//! Looks at branches that a link resolves: their targets move when anything between grows. Within a section the distance is
//! known; between sections it is what it would be if they were linked in the order of the file. For a conditional branch to
//! another section that says nothing, and a linker refuses what does not fit; those are left out.

use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::elf::SectionId;
use arch::arm64::BranchRange;

/// Looks at every branch with a relocation; `margin` is how much of the reach is to be left, in percent.
pub fn check(object: &Arm64Object<'_>, margin: u8) -> Vec<Arm64Finding> {
    let layout = layout(object);
    let mut findings = Vec::new();
    for section in object.code_sections() {
        let Some(relocs) = object.relocs.of(section) else { continue };
        for reloc in relocs.relocs.iter() {
            let Some(range) = BranchRange::of_reloc(reloc.kind) else { continue };
            let Some(target) = object.target(&reloc) else { continue };
            let place = Place { section, offset: reloc.offset };
            let Some(distance) = distance(&layout, range, place, target) else { continue };
            findings.extend(near_limit(range, distance, margin).map(|kind| {
                let finding = Arm64Finding::at(place, kind).with(range.name()).with(object.describe(target));
                finding.with(distance.to_string()).with(range.reach().to_string())
            }));
        }
    }
    findings
}

/// Where each section of instructions would begin.
fn layout(object: &Arm64Object<'_>) -> Vec<u64> {
    let mut end = 0_u64;
    let sections = object.elf.sections.iter().enumerate();
    let begin = sections.map(|(index, section)| {
        if !object.is_code_section(SectionId(index as u32)) {
            return end;
        }
        let begin = end.checked_next_multiple_of(section.align.max(1)).unwrap_or(end);
        end = begin.saturating_add(section.size);
        begin
    });
    begin.collect()
}

fn distance(layout: &[u64], range: BranchRange, from: Place, to: Place) -> Option<i64> {
    let is_known = from.section == to.section || matches!(range, BranchRange::Call26 | BranchRange::Jump26);
    let address = |place: Place| layout.get(place.section.index())?.checked_add(place.offset);
    let distance = address(to)?.cast_signed().checked_sub(address(from)?.cast_signed());
    distance.filter(|_| is_known)
}

fn near_limit(range: BranchRange, distance: i64, margin: u8) -> Option<Kind> {
    let reach = range.reach();
    let left = reach / 100 * i64::from(margin.min(100));
    if !(-reach..reach).contains(&distance) {
        return Some(Kind::BranchOutOfReach);
    }
    let is_near = !(left - reach..reach - left).contains(&distance);
    is_near.then_some(Kind::BranchNearLimit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let range = BranchRange::Tstbr14;
        assert_eq!(near_limit(range, 32_764, 0), None);
        assert_eq!(near_limit(range, 32_768, 0), Some(Kind::BranchOutOfReach));
        assert_eq!(near_limit(range, -32_768, 0), None);
        assert_eq!(near_limit(range, -32_768, 5), Some(Kind::BranchNearLimit));
        assert_eq!(near_limit(range, 31_000, 5), None);
        assert_eq!(near_limit(range, 31_200, 5), Some(Kind::BranchNearLimit));
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! `__jump_table`: static branches, each a NOP or a branch that the kernel turns into the other.
//!
//! A record has sixteen bytes: s32 site and s32 target, s64 key, all relative to themselves. The lowest bits of the key say
//! which way is likely.

use object::elf;

use super::Record;
use super::records;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::arm64::words;
use arch::arm64::BranchRange;

const RECORD: u64 = 16;

/// Checks every record.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for section in object.sections_named("__jump_table") {
        let (all, cut) = records(object, section, RECORD);
        findings.extend(cut);
        for record in all {
            findings.extend(wrong(object, record));
        }
    }
    findings
}

fn wrong(object: &Arm64Object<'_>, record: Record) -> Option<Arm64Finding> {
    let no_code = |what: &str| Some(Arm64Finding::at(record.place, Kind::JumpLabelNoCode).with(what));
    let place = |offset: i64| {
        let reloc = record.field(object, offset, elf::R_AARCH64_PREL32)?;
        object.target(&reloc).filter(|place| object.is_code(*place))
    };
    let Some(site) = place(0) else { return no_code("site") };
    let Some(target) = place(4) else { return no_code("target") };
    let Some(key) = record.field(object, 8, elf::R_AARCH64_PREL64) else {
        return Some(Arm64Finding::at(site, Kind::JumpLabelKey));
    };
    if object.target(&key).is_some_and(|key| object.is_code_section(key.section)) {
        return Some(Arm64Finding::at(site, Kind::JumpLabelKey));
    }
    wrong_site(object, site, target)
}

/// What is wrong with the instruction at the site.
fn wrong_site(object: &Arm64Object<'_>, site: Place, target: Place) -> Option<Arm64Finding> {
    let word = object.word(site)?;
    if word == words::NOP {
        return None;
    }
    let branch = arch::arm64::branch(word).filter(|branch| branch.range == BranchRange::Jump26);
    let Some(branch) = branch else { return Some(Arm64Finding::at(site, Kind::JumpLabelSite)) };
    let reloc = object.field(site, elf::R_AARCH64_JUMP26);
    let goes = match reloc {
        Some(reloc) => object.target(&reloc),
        None => site.plus(branch.disp.into()),
    };
    let is_other = goes.is_some_and(|goes| goes != target);
    let finding = |goes: Place| {
        Arm64Finding::at(site, Kind::JumpLabelTarget).with(object.describe(goes)).with(object.describe(target))
    };
    goes.filter(|_| is_other).map(finding)
}

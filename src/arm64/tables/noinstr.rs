// SPDX-License-Identifier: GPL-2.0-only

//! Direct calls that leave code in which nothing may be instrumented.
//!
//! The kernel's entry code runs before the state that tracing needs is there. On x86-64 such code marks where calls of
//! anything are fine again; arm64 has no such marks, so a finding is a place to look at and the check is done on request.

use object::elf;

use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::elf::Reloc;
use crate::elf::SectionId;

/// Names of sections that nothing is instrumented in, and of what belongs to them after `-ffunction-sections`.
const SECTIONS: [&[u8]; 3] = [b".noinstr.text", b".entry.text", b".cpuidle.text"];
/// Reports of undefined behaviour are as rare and as final as warnings.
const REPORTS: &[u8] = b"__ubsan_handle_";

/// Looks at every call and jump with a relocation in `.noinstr.text`.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for section in object.code_sections().filter(|id| is_of(object, *id, &SECTIONS[..1])) {
        let Some(relocs) = object.relocs.of(section) else { continue };
        let branches = relocs.relocs.iter().filter(|reloc| is_call(reloc.kind));
        for reloc in branches.filter(|reloc| leaves(object, reloc)) {
            let finding = Arm64Finding::at(Place { section, offset: reloc.offset }, Kind::NoinstrCall);
            findings.push(finding.with(object.describe_callee(&reloc)).with(object.section_name(section)));
        }
    }
    findings
}

fn is_call(kind: u32) -> bool {
    matches!(kind, elf::R_AARCH64_CALL26 | elf::R_AARCH64_JUMP26)
}

/// Whether a branch goes to code of this object that may be instrumented.
fn leaves(object: &Arm64Object<'_>, reloc: &Reloc) -> bool {
    let Some(target) = object.target(reloc) else { return false };
    let is_report = object.elf.symbol(reloc.symbol).is_some_and(|sym| object.elf.symbol_name(sym).starts_with(REPORTS));
    !is_report && !is_of(object, target.section, &SECTIONS)
}

fn is_of(object: &Arm64Object<'_>, section: SectionId, names: &[&[u8]]) -> bool {
    let name = object.elf.section(section).name;
    let belongs = |of: &[u8]| name.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."));
    names.iter().any(|of| belongs(of))
}

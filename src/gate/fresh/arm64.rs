// SPDX-License-Identifier: GPL-2.0-only

//! What the checks of arm64 objects find, in the form of the engine's findings.
//!
//! The kernel's build has no `objtool` there, so there are no tables of its own to compare, only what is wrong in itself.

use super::EngineFinding;
use super::Fresh;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::stack;
use crate::arm64::tables;
use crate::elf::ElfFile;
use crate::gate::finding::GateSeverity;
use crate::kernel::noreturns::Noreturns;

/// Checks the tables of an object, and where the frame is in every function if it is said which of them never return.
pub fn check(elf: &ElfFile<'_>, noreturns: Option<&Noreturns>) -> Fresh {
    let object = Arm64Object::new(elf);
    let found = tables::check_object(&object, &tables::TableOptions::default());
    let mut findings: Vec<EngineFinding> = found.iter().map(|finding| convert(finding, Vec::new())).collect();
    if let Some(noreturns) = noreturns {
        let table = stack::analyse(&object, noreturns);
        let found = stack::report::findings(&table);
        findings.extend(found.iter().map(|finding| {
            let path = finding.place.map(|place| {
                let others = stack::path::others(&object, &table, place);
                stack::path::lines(&object, &table, place).into_iter().chain(others).collect()
            });
            convert(finding, path.unwrap_or_default())
        }));
    }
    let mut fresh = Fresh { findings, ..Fresh::default() };
    fresh.opts.stackval = noreturns.is_some();
    fresh
}

/// Code that starts processors, changes stacks or shares the end of another function does on purpose what the last three say,
/// and no build promises otherwise on arm64. Code runs off its end behind a call of a local function that never returns, which
/// no list names.
fn severity(kind: Kind) -> GateSeverity {
    match kind {
        Kind::BranchNearLimit => GateSeverity::Warning,
        Kind::StackFallsThrough | Kind::StackLost | Kind::StackTailCall | Kind::StackUnresolved => GateSeverity::Note,
        _ => GateSeverity::Error,
    }
}

fn convert(finding: &Arm64Finding, path: Vec<String>) -> EngineFinding {
    EngineFinding {
        id: finding.kind.id(),
        topic: finding.kind.topic(),
        severity: severity(finding.kind),
        text: finding.text(),
        place: finding.place.map(|place| (place.section, place.offset)),
        symbol: String::new(),
        callee: String::new(),
        path,
    }
}

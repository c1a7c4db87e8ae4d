//! What the checks of arm64 objects find, in the form of the engine's findings.
//!
//! The kernel's build has no `objtool` there, so there are no tables of its own to compare, only what is wrong in itself.

use super::EngineFinding;
use super::Fresh;
use crate::arm64::finding::Finding;
use crate::arm64::object::Object;
use crate::arm64::stack;
use crate::arm64::tables;
use crate::elf::ElfFile;
use crate::kernel::noreturns::Noreturns;

/// Checks the tables of an object, and where the frame is in every function if it is said which of them never return.
pub fn check(elf: &ElfFile<'_>, noreturns: Option<&Noreturns>) -> Fresh {
    let object = Object::new(elf);
    let found = tables::check_object(&object, &tables::Options::default());
    let mut findings: Vec<EngineFinding> = found.iter().map(|finding| convert(finding, Vec::new())).collect();
    if let Some(noreturns) = noreturns {
        let table = stack::analyse(&object, noreturns);
        let found = stack::report::findings(&table);
        findings.extend(found.iter().map(|finding| {
            let path = finding.place.map(|place| {
                let others = stack::way::others(&object, &table, place);
                stack::way::lines(&object, &table, place).into_iter().chain(others).collect()
            });
            convert(finding, path.unwrap_or_default())
        }));
    }
    let mut fresh = Fresh { findings, ..Fresh::default() };
    fresh.opts.stackval = noreturns.is_some();
    fresh
}

fn convert(finding: &Finding, path: Vec<String>) -> EngineFinding {
    EngineFinding {
        id: finding.kind.id(),
        text: finding.text(),
        place: finding.place.map(|place| (place.section, place.offset)),
        symbol: String::new(),
        callee: String::new(),
        path,
    }
}

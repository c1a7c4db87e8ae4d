// SPDX-License-Identifier: GPL-2.0-only

//! Absolute relocations in code that runs before the kernel has relocated itself.
//!
//! Upstream: `check_abs_references()` (7.3).

use crate::elf::Edit;
use crate::elf::NewSection;
use crate::objtool::code::Code;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use object::elf::SHF_ALLOC;

/// Reports absolute relocations of all sections that are loaded; `edits` holds the sections made so far.
pub fn check(code: &Code<'_>, edits: &[Edit]) -> Vec<Finding> {
    let is_absolute = |kind| code.arch.classify_reloc(kind).is_absolute;
    let mut findings = Vec::new();
    for section in code.elf.section_ids() {
        let sec = code.elf.section(section);
        // The tracer's table is not read before boot is over.
        if !sec.is_alloc() || sec.name == b"__patchable_function_entries" {
            continue;
        }
        let Some(relocs) = code.relocs.of(section) else { continue };
        let absolute = relocs.relocs.iter().filter(|reloc| is_absolute(reloc.kind));
        findings.extend(absolute.map(|reloc| {
            let offset = reloc.offset;
            Finding::warn(Message::AbsoluteReloc { section, offset })
        }));
    }
    let made = edits.iter().filter_map(|edit| match edit {
        Edit::AddSection(section) => Some(section),
        _ => None,
    });
    findings.extend(made.flat_map(|section| of_new(section, is_absolute)));
    findings
}

/// The absolute relocations of a section that the file does not have yet.
fn of_new(section: &NewSection, is_absolute: impl Fn(u32) -> bool) -> Vec<Finding> {
    let is_loaded = section.flags & u64::from(SHF_ALLOC) != 0;
    let relocs = section.relocs.iter().flatten().filter(|reloc| is_loaded && is_absolute(reloc.kind));
    let name = String::from_utf8_lossy(&section.name);
    relocs
        .map(|reloc| Finding::warn(Message::AbsoluteRelocMade { name: name.to_string(), offset: reloc.offset }))
        .collect()
}

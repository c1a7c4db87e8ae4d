//! Absolute relocations in code that runs before the kernel has relocated itself.
//!
//! Upstream: `check_abs_references()` (7.3).

use crate::code::Code;
use crate::diag::Finding;
use crate::diag::Message;

/// Reports absolute relocations of all sections that are loaded.
pub fn check(code: &Code<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for section in code.elf.section_ids() {
        let sec = code.elf.section(section);
        // The tracer's table is not read before boot is over.
        if !sec.is_alloc() || sec.name == b"__patchable_function_entries" {
            continue;
        }
        let Some(relocs) = code.relocs.of(section) else { continue };
        let absolute = relocs.relocs.iter().filter(|reloc| code.arch.classify_reloc(reloc.kind).is_absolute);
        findings.extend(absolute.map(|reloc| {
            let offset = reloc.offset;
            Finding::warn(Message::AbsoluteReloc { section, offset })
        }));
    }
    findings
}

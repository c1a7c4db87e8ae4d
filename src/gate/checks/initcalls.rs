// SPDX-License-Identifier: GPL-2.0-only

//! Order and targets of initcalls and PCI fixups.

mod order;

use object::elf;

use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;
use crate::gate::tables;

check! {
    /// Initcalls are in another order than without LTO, or an entry is no reference to a function.
    ///
    /// Initcalls of one level run in the order of the link, and drivers rely on it. LTO reorders, so the link takes the order
    /// from a script that was made of the inputs. What the inputs say themselves counts here: their bitcode has a label for
    /// every initcall. Where inputs cannot be read the script counts. An entry is a 32-bit distance to its function; one that
    /// is not is called all the same.
    ///
    /// Cause: `vmlinux.o` was linked without `.tmp_initcalls.lds` or with an old one; relocations were changed by a tool.
    ///
    /// Remedy: remove `vmlinux.o` and `.tmp_initcalls.lds`, and build again.
    "initcalls", Error, needs: [Need::Vmlinux, Need::BitcodeSymbols], object: look, world: order::look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if cx.file.stage != BuildStage::VmlinuxObject || distance(cx).is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for id in cx.elf.section_ids() {
        let name = cx.section_name(id);
        if tables::is_initcalls(&name) {
            findings.extend(entries(cx, id, 4, 0, "initcall"));
        } else if name.starts_with(".pci_fixup") {
            findings.extend(entries(cx, id, 16, 12, "PCI fixup"));
        }
    }
    findings
}

/// The relocation of a 32-bit distance, where the kernel's tables have such.
fn distance(cx: &ObjectCx<'_>) -> Option<u32> {
    match cx.elf.machine {
        elf::EM_X86_64 => Some(elf::R_X86_64_PC32),
        elf::EM_AARCH64 => Some(elf::R_AARCH64_PREL32),
        _ => None,
    }
}

/// Every entry must be a 32-bit distance to a function.
fn entries(cx: &ObjectCx<'_>, id: SectionId, size: u64, at: u64, what: &str) -> Vec<GateFinding> {
    let name = cx.section_name(id);
    let mut findings = Vec::new();
    for index in 0..cx.elf.section(id).size / size {
        let offset = index * size + at;
        let reloc = cx.relocs.at(id, offset).map(|found| found.reloc);
        let problem = match reloc {
            None => Some(("no-target", "has no relocation".to_owned())),
            Some(reloc) if Some(reloc.kind) != distance(cx) => {
                Some(("no-distance", format!("has relocation type {} instead of a 32-bit distance", reloc.kind)))
            }
            Some(reloc) if !is_function(cx, reloc) => Some(("no-function", "does not lead to a function".to_owned())),
            Some(_) => None,
        };
        if let Some((kind, words)) = problem {
            let target = reloc.map(|reloc| cx.symbol_name(reloc.symbol)).unwrap_or_default();
            let text = format!("{what} at {name}+{offset:#x} ({target}) {words}");
            findings.push(GateFinding::new(kind, text).section(&name).at(offset).symbol(target));
        }
    }
    findings
}

fn is_function(cx: &ObjectCx<'_>, reloc: Reloc) -> bool {
    // A place-relative relocation at the place itself has no correction in its addend.
    let Some((section, offset)) = tables::target(cx.elf, &reloc) else { return false };
    let is_code = cx.elf.section(section).is_exec();
    is_code && cx.places.starting_at(section, offset).next().is_some()
}

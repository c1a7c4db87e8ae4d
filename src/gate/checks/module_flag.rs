// SPDX-License-Identifier: GPL-2.0-only

//! Whether `objtool` ran on each object, and knew what is a module.

use crate::gate::check::NOT_FOR_THIS_MACHINE;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;
use crate::gate::processed;
use crate::gate::tables::Table;

check! {
    /// Objtool did not run on an object, or ran without `--module` on one that becomes part of a module.
    ///
    /// A module may call a static call whose key is not exported; `--module` then lets the trampoline stand for the key,
    /// and the module loader finds the key. Without it the site names a key that the module cannot have, and the kernel
    /// panics when the module is loaded, which may be as early as the initramfs. The reverse, a trampoline in the kernel's
    /// own table, is treated as a key and corrupts text.
    ///
    /// Cause: a build rule for linked (LTO) modules that lost the option, or lost the call of objtool altogether.
    ///
    /// Remedy: pass `--module` for every object that becomes part of a module, linked ones too, and rebuild the module.
    "module-flag", Error,
    needs: [Need::Config("OBJTOOL"), Need::Analysis(|_| true, NOT_FOR_THIS_MACHINE)], object: look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if matches!(cx.file.stage, BuildStage::Module | BuildStage::ModObject) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if cx.is_module()
        && cx.file.stage != BuildStage::Other
        && cx.file.command.as_ref().is_some_and(|c| c.lacks_module())
    {
        let text = format!("objtool was run without --module on {}, which is part of a module", cx.file.name);
        findings.push(GateFinding::new("no-module-option", text));
    }
    if processed::is_unprocessed(cx) {
        let text = format!("objtool has not processed {}: it has none of the tables that objtool makes", cx.file.name);
        findings.push(GateFinding::new("not-processed", text));
    }
    // In one translation unit of many a key may be defined by another.
    if cx.is_linked_object() {
        findings.extend(keys(cx));
    }
    findings
}

/// Static call sites whose key is of the wrong sort.
fn keys(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let Some(table) = Table::read(cx.elf, &cx.relocs, ".static_call_sites", 8) else { return Vec::new() };
    let Some(relocs) = cx.relocs.of(table.section) else { return Vec::new() };
    let mut findings = Vec::new();
    for record in &table.records {
        let Some(key) = relocs.in_range(record.offset + 4, 1) else { continue };
        let name = cx.symbol_name(key.reloc.symbol);
        let is_undefined = cx.elf.symbol(key.reloc.symbol).is_some_and(crate::elf::Symbol::is_undefined);
        let (kind, text) = if cx.is_module() && name.starts_with("__SCK__") && is_undefined && !is_exported(cx, &name) {
            (
                "key-in-module",
                format!("the site names the key '{name}', which is not exported, as if --module had been missing"),
            )
        } else if !cx.is_module() && name.starts_with("__SCT__") {
            (
                "trampoline-in-kernel",
                format!("the site names the trampoline '{name}' instead of its key, as if for a module"),
            )
        } else {
            continue;
        };
        let mut finding = GateFinding::new(kind, text);
        if let Some((section, offset)) = record.place {
            finding = cx.finding_at(finding, section, offset);
        }
        findings.push(finding.counterpart(name));
    }
    findings
}

/// Whether the key is exported; without a list of exports nobody can say that it is not.
fn is_exported(cx: &ObjectCx<'_>, name: &str) -> bool {
    cx.inputs.symvers.as_ref().is_none_or(|lines| lines.iter().any(|line| line.symbol == name))
}

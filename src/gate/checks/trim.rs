//! Exports that were trimmed though a module uses them.

use std::collections::BTreeSet;

use super::WorldCx;
use super::check;
use super::undefined::is_runtime;
use super::undefined::modules;
use crate::gate::Finding;

check! {
    /// A symbol that a module uses was trimmed from the exports.
    ///
    /// `CONFIG_TRIM_UNUSED_KSYMS` keeps the exports that modules use, by what their objects say. Bitcode does not tell the
    /// calls that the compiler will add or that inline assembly makes, so what only these use is trimmed, and the module
    /// cannot be loaded.
    ///
    /// Cause: the list of used symbols was made from bitcode, or before the module's last change.
    ///
    /// Remedy: add the symbol to the keep list (`CONFIG_UNUSED_KSYMS_WHITELIST`), or make the list from linked objects.
    "trim", Error, world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<Finding> {
    let is_trimming = cx.inputs.config.has("TRIM_UNUSED_KSYMS");
    let Some(symvers) = cx.inputs.symvers.as_ref().filter(|_| is_trimming) else { return Vec::new() };
    let exported: BTreeSet<&str> = symvers.iter().map(|line| line.symbol.as_str()).collect();
    let declared: BTreeSet<&str> = cx.facts.iter().flat_map(|facts| &facts.exports).map(|e| e.name.as_str()).collect();
    let mut findings = Vec::new();
    for module in modules(cx) {
        for import in module.imports.iter().filter(|import| !import.is_weak) {
            let name = import.name.as_str();
            if exported.contains(name) || !declared.contains(name) {
                continue;
            }
            let by = if is_runtime(name) { " (a call that the compiler makes)" } else { "" };
            let text = format!("{} uses '{name}'{by}, whose export was trimmed", module.file.name);
            findings.push(Finding::new("trimmed", text).symbol(name).about(&module.file.subject, &module.file.name));
        }
    }
    findings
}

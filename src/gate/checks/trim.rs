// SPDX-License-Identifier: GPL-2.0-only

//! Exports that were trimmed though a module uses them.

use std::collections::BTreeSet;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

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
    "trim", Error,
    needs: [Need::Modules, Need::Symvers, Need::Config("TRIM_UNUSED_KSYMS"), Need::Scan, Need::BitcodeSymbols], world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let is_trimming = cx.inputs.config.has("TRIM_UNUSED_KSYMS");
    let Some(symvers) = cx.inputs.symvers.as_ref().filter(|_| is_trimming) else { return Vec::new() };
    let exported: BTreeSet<&str> = symvers.iter().map(|line| line.symbol.as_str()).collect();
    let declared: BTreeSet<&str> = cx.facts.iter().flat_map(|facts| &facts.exports).map(|e| e.name.as_str()).collect();
    let mut findings = Vec::new();
    for module in cx.modules() {
        for import in module.imports.iter().filter(|import| !import.is_weak) {
            let name = import.name.as_str();
            if exported.contains(name) || !declared.contains(name) {
                continue;
            }
            let by = user(cx, &module.file.subject, name);
            let text = format!("{} uses '{name}'{by}, whose export was trimmed", module.file.name);
            findings
                .push(GateFinding::new("trimmed", text).symbol(name).about(&module.file.subject, &module.file.name));
        }
    }
    findings
}

/// Who uses a symbol, if that is why the list of used symbols does not have it.
fn user(cx: &WorldCx<'_>, module: &str, name: &str) -> &'static str {
    let members =
        cx.facts.iter().filter(|facts| facts.file.subject == module && facts.file.stage == BuildStage::Member);
    let members: Vec<_> = members.collect();
    let uses: Vec<bool> = members.iter().filter_map(|facts| facts.bitcode.as_ref()?.needs(name)).collect();
    let is_known = !members.is_empty() && members.iter().all(|facts| facts.bitcode.is_some());
    match (is_known, uses.contains(&true)) {
        (true, false) if !uses.is_empty() => " (in file-level assembly only)",
        (true, false) if facts::is_runtime(name) => " (a call that the compiler makes: the bitcode does not have it)",
        (true, false) => " (in inline assembly or by the compiler: the bitcode does not have it)",
        (false, _) if facts::is_runtime(name) => " (a call that the compiler makes)",
        _ => "",
    }
}

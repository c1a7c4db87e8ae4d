// SPDX-License-Identifier: GPL-2.0-only

//! Exports: declared, defined, listed, and used as they allow.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::SymversLine;
use crate::gate::scan::DeclaredExport;

check! {
    /// Exports and their users do not fit together.
    ///
    /// Each exported symbol is defined once, listed in `Module.symvers` with the licence class and the namespace that its
    /// object declares, and used only by modules that may. The loader refuses a module that breaks one of these.
    ///
    /// Cause: `Module.symvers` of another build, an export that LTO made local or dropped, a module with a proprietary
    /// licence that uses a GPL-only symbol, or one that does not import the namespace.
    ///
    /// Remedy: rebuild; `MODULE_IMPORT_NS()` for namespaces, another interface for GPL-only symbols.
    "exports", Error, needs: [Need::Symvers, Need::Scan], object: look_at_object, world: look,
}

fn look_at_object(cx: &crate::gate::object::ObjectCx<'_>) -> Vec<GateFinding> {
    let Some(scan) = cx.scan else { return Vec::new() };
    let bad = scan.bad_exports.iter();
    bad.map(|(symbol, text)| GateFinding::new("bad-export", text.clone()).symbol(symbol)).collect()
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let Some(symvers) = cx.inputs.symvers.as_ref().filter(|_| cx.inputs.is_folder) else { return Vec::new() };
    let mut findings = unique(symvers);
    findings.extend(listed(cx, symvers));
    findings.extend(users(cx, symvers));
    findings
}

fn about_dump(finding: GateFinding) -> GateFinding {
    finding.about("Module.symvers", "Module.symvers")
}

fn unique(symvers: &[SymversLine]) -> Vec<GateFinding> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for line in symvers {
        if let Some(other) = first.insert(&line.symbol, &line.module) {
            let text = format!("'{}' is exported by {other} and by {}", line.symbol, line.module);
            findings.push(about_dump(GateFinding::new("exported-twice", text).symbol(&line.symbol).counterpart(other)));
        }
    }
    findings
}

/// What objects declare against what the dump lists.
fn listed(cx: &WorldCx<'_>, symvers: &[SymversLine]) -> Vec<GateFinding> {
    let is_trimming = cx.inputs.config.has("TRIM_UNUSED_KSYMS");
    let dump: BTreeMap<(&str, &str), &SymversLine> =
        symvers.iter().map(|line| ((line.module.as_str(), line.symbol.as_str()), line)).collect();
    let mut findings = Vec::new();
    let declaring = |stage| match stage {
        BuildStage::VmlinuxObject | BuildStage::Object | BuildStage::Lto | BuildStage::Prelink => true,
        BuildStage::Member | BuildStage::ModObject | BuildStage::Module | BuildStage::Other => false,
    };
    let objects: Vec<&FileFacts> = cx.facts.iter().filter(|f| declaring(f.file.stage) && f.is_surveyed).collect();
    for facts in &objects {
        for export in &facts.exports {
            let finding = match dump.get(&(facts.file.subject.as_str(), export.name.as_str())) {
                None if is_trimming => continue,
                None => {
                    let text =
                        format!("{} exports '{}', which Module.symvers does not list", facts.file.name, export.name);
                    Some(GateFinding::new("not-listed", text))
                }
                Some(line) => differing(facts, export, line),
            };
            findings.extend(finding.map(|f| f.symbol(&export.name).about(&facts.file.subject, &facts.file.name)));
        }
    }
    let known: BTreeMap<&str, BTreeSet<&str>> = objects
        .iter()
        .map(|facts| (facts.file.subject.as_str(), facts.exports.iter().map(|export| export.name.as_str()).collect()))
        .collect();
    for line in symvers {
        let Some(names) = known.get(line.module.as_str()) else { continue };
        if !names.contains(line.symbol.as_str()) {
            let text = format!("Module.symvers lists '{}' of {}, which does not export it", line.symbol, line.module);
            findings.push(about_dump(
                GateFinding::new("not-exported", text).symbol(&line.symbol).counterpart(&line.module),
            ));
        }
    }
    findings
}

fn differing(facts: &FileFacts, export: &DeclaredExport, line: &SymversLine) -> Option<GateFinding> {
    if (line.kind == "EXPORT_SYMBOL_GPL") != export.is_gpl_only {
        let is = if export.is_gpl_only { "GPL-only" } else { "for all modules" };
        let text = format!("{} exports '{}' as {is}, Module.symvers says {}", facts.file.name, export.name, line.kind);
        return Some(GateFinding::new("licence-class", text));
    }
    let text = format!(
        "{} exports '{}' in the namespace '{}', Module.symvers says '{}'",
        facts.file.name, export.name, export.namespace, line.namespace
    );
    (line.namespace != export.namespace).then(|| GateFinding::new("namespace-differs", text))
}

/// Whether modules may use what they use.
fn users(cx: &WorldCx<'_>, symvers: &[SymversLine]) -> Vec<GateFinding> {
    let dump: BTreeMap<&str, &SymversLine> = symvers.iter().map(|line| (line.symbol.as_str(), line)).collect();
    let mut findings = Vec::new();
    for module in cx.modules().filter(|module| !module.modinfo.is_empty()) {
        let is_gpl = module.infos("license").all(is_gpl_compatible);
        let namespaces: Vec<&str> = module.infos("import_ns").collect();
        for import in &module.imports {
            let Some(line) = dump.get(import.name.as_str()) else { continue };
            let name = &import.name;
            let finding = if !is_gpl && line.kind == "EXPORT_SYMBOL_GPL" {
                let text = format!("{} is not GPL-compatible and uses the GPL-only symbol '{name}'", module.file.name);
                GateFinding::new("gpl-only", text)
            } else if !may_use(&line.namespace, &module.file.subject, &namespaces) {
                let space = &line.namespace;
                let text =
                    format!("{} uses '{name}' of the namespace '{space}' without importing it", module.file.name);
                GateFinding::new("namespace", text).counterpart(space)
            } else {
                continue;
            };
            findings.push(finding.symbol(name).about(&module.file.subject, &module.file.name));
        }
    }
    findings
}

fn is_gpl_compatible(license: &str) -> bool {
    const KNOWN: [&str; 6] =
        ["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];
    KNOWN.contains(&license)
}

/// Whether a module may use a symbol of `namespace`; `module:a,b*` names the modules that may.
fn may_use(namespace: &str, module: &str, imported: &[&str]) -> bool {
    if namespace.is_empty() || imported.contains(&namespace) {
        return true;
    }
    let plain = |name: &str| name.replace('-', "_");
    let name = plain(module.rsplit('/').next().unwrap_or(module));
    let Some(patterns) = namespace.strip_prefix("module:") else { return false };
    patterns.split(',').filter(|pattern| !pattern.is_empty()).any(|pattern| match pattern.strip_suffix('*') {
        Some(head) => name.starts_with(&plain(head)),
        None => name == plain(pattern),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_for_modules() {
        assert!(may_use("module:kvm,kvm-intel", "arch/x86/kvm/kvm-intel", &[]));
        assert!(!may_use("module:kvm", "arch/x86/kvm/kvm-intel", &[]));
        assert!(may_use("module:kvm-*", "kvm-amd", &[]) && may_use("CRYPTO", "x", &["CRYPTO"]));
        assert!(!may_use("CRYPTO", "x", &["OTHER"]) && may_use("", "x", &[]));
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Versions of imported symbols, and the modules' own.

use std::collections::BTreeMap;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::SymversLine;

check! {
    /// A module's version information is incomplete or does not fit the kernel.
    ///
    /// With `CONFIG_MODVERSIONS` a module carries the version (CRC) of every symbol it imports, and the loader refuses it, or
    /// taints the kernel with "no symbol version", where one is missing or differs. `vermagic` must be the kernel's.
    ///
    /// Cause: under LTO the versions of bitcode objects got lost (`.cmd` files without `#SYMVER`), or the module was built
    /// against another kernel's `Module.symvers`.
    ///
    /// Remedy: build kernel and modules in one go; see that each object with exports has its versions in its `.cmd` file.
    "versions", Error, needs: [Need::Modules, Need::Symvers, Need::Config("MODVERSIONS")], world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let modules = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && !facts.is_opaque);
    // Who has no information at all is named by `loader`.
    let modules: Vec<&FileFacts> = modules.filter(|facts| !facts.modinfo.is_empty()).collect();
    if let Some(symvers) = &cx.inputs.symvers
        && has_versions(cx, symvers)
    {
        let crcs: BTreeMap<&str, Option<u32>> = symvers.iter().map(|line| (line.symbol.as_str(), line.crc)).collect();
        for module in &modules {
            findings.extend(module_versions(cx, module, &crcs));
        }
    }
    if cx.inputs.config.has("MODULE_SRCVERSION_ALL") {
        let without = modules.iter().filter(|module| module.info("srcversion").is_none_or(str::is_empty));
        findings.extend(without.map(|module| {
            let text = format!("{} has no srcversion", module.file.name);
            GateFinding::new("no-srcversion", text).about(&module.file.subject, &module.file.name)
        }));
    }
    findings.extend(vermagic(&modules, cx.inputs.release.as_deref()));
    findings
}

/// Whether symbols have versions: by the configuration, or without one by the dump.
fn has_versions(cx: &WorldCx<'_>, symvers: &[SymversLine]) -> bool {
    let config = &cx.inputs.config;
    config.has("MODVERSIONS") || config.is_empty() && symvers.iter().any(|line| line.crc.is_some_and(|crc| crc != 0))
}

/// The tables of one module.
fn module_versions(cx: &WorldCx<'_>, module: &FileFacts, crcs: &BTreeMap<&str, Option<u32>>) -> Vec<GateFinding> {
    let config = &cx.inputs.config;
    // Before 7.3 there was one table, and no option for it.
    let is_basic = config.has("BASIC_MODVERSIONS") || !config.is_empty() && !config.has("EXTENDED_MODVERSIONS");
    let tables = [
        ("__versions", &module.versions, is_basic),
        ("__version_ext_crcs", &module.extended_versions, config.has("EXTENDED_MODVERSIONS")),
    ];
    let mut findings = Vec::new();
    for (section, table, _) in tables.iter().filter(|(_, table, wanted)| *wanted || table.is_some()) {
        let empty = Vec::new();
        let table = table.as_ref().unwrap_or(&empty);
        let known: BTreeMap<&str, u32> = table.iter().map(|(name, crc)| (name.as_str(), *crc)).collect();
        let imports = module.imports.iter().map(|import| import.name.as_str());
        for name in imports.chain(["module_layout"]) {
            let Some(wanted) = crcs.get(name) else { continue };
            let text = match (known.get(name), wanted) {
                (None, _) => format!("{}: '{name}' has no version in {section}", module.file.name),
                (Some(crc), Some(wanted)) if crc != wanted => format!(
                    "{}: '{name}' has the version {crc:#010x} in {section}, Module.symvers has {wanted:#010x}",
                    module.file.name
                ),
                _ => continue,
            };
            let kind = if known.contains_key(name) { "wrong" } else { "missing" };
            let finding = GateFinding::new(kind, text).symbol(name).section(*section);
            findings.push(finding.about(&module.file.subject, &module.file.name));
        }
    }
    findings
}

/// Modules whose `vermagic` is not this kernel's, or not that of most.
fn vermagic(modules: &[&FileFacts], release: Option<&str>) -> Vec<GateFinding> {
    let is_of = |magic: &str| release.is_none_or(|release| magic.split(' ').next() == Some(release));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for module in modules {
        *counts.entry(module.info("vermagic").unwrap_or_default()).or_default() += 1;
    }
    let usual = counts.into_iter().filter(|(magic, _)| is_of(magic)).max_by_key(|(_, count)| *count);
    let usual = usual.map(|(magic, _)| magic);
    let mut findings = Vec::new();
    for module in modules {
        let (name, found) = (&module.file.name, module.info("vermagic").unwrap_or_default());
        if usual == Some(found) {
            continue;
        }
        let text = match (usual, release) {
            (Some(usual), _) if is_of(found) => format!("{name} has the vermagic '{found}', the others have '{usual}'"),
            (_, Some(release)) => format!("{name} has the vermagic '{found}', the kernel is {release}"),
            _ => format!("{name} has the vermagic '{found}'"),
        };
        findings.push(GateFinding::new("vermagic", text).about(&module.file.subject, name));
    }
    findings
}

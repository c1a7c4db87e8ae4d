// SPDX-License-Identifier: GPL-2.0-only

//! Suffixes of LTO's intermediate files in names.

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;

check! {
    /// A module's name has kept the suffix of an intermediate file.
    ///
    /// `foo.lto.o` and `foo.prelink.o` are steps on the way to `foo.ko`. Where the suffix gets into a name, `depends` names
    /// modules that do not exist, `modprobe` finds nothing, and parameters and sysfs have other paths.
    ///
    /// Cause: a rule or a script that derives a module's name from the file it found instead of the plain name.
    ///
    /// Remedy: strip `.lto` and `.prelink` wherever a name is made from a file; rerun modpost.
    "module-name", Error, needs: [Need::Modules], world: look,
}

const SUFFIXES: [&str; 2] = [".lto", ".prelink"];

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for line in cx.inputs.order.iter().filter(|line| is_bad(strip_object(line))) {
        findings.push(found("order", line, "modules.order").about("modules.order", "modules.order"));
    }
    for line in cx.inputs.symvers.iter().flatten().filter(|line| is_bad(&line.module)) {
        let finding = found("dump", &line.module, "Module.symvers").symbol(&line.symbol);
        findings.push(finding.about("Module.symvers", "Module.symvers"));
    }
    for facts in cx.facts.iter().filter(|facts| !facts.modinfo.is_empty() || facts.this_module.is_some()) {
        findings.extend(names(facts));
    }
    for module in &cx.inputs.modules {
        let Some(text) = module.mod_c.as_ref().and_then(|path| std::fs::read_to_string(path).ok()) else { continue };
        let bad = text.lines().find(|line| SUFFIXES.iter().any(|suffix| quotes_suffix(line, suffix)));
        let file = format!("{}.mod.c", module.name);
        findings.extend(bad.map(|line| found("mod-c", line.trim(), &file).about(&module.name, &file)));
    }
    findings
}

/// The names inside one object.
fn names(facts: &FileFacts) -> Vec<GateFinding> {
    let mut names: Vec<(&'static str, &str)> = Vec::new();
    names.extend(facts.info("name").map(|name| ("modinfo-name", name)));
    names.extend(facts.this_module.as_deref().map(|name| ("this-module", name)));
    let depends = facts.info("depends").unwrap_or_default();
    names.extend(depends.split(',').map(|name| ("depends", name)));
    let bad = names.into_iter().filter(|(_, name)| is_bad(name));
    bad.map(|(kind, name)| found(kind, name, &facts.file.name).about(&facts.file.subject, &facts.file.name)).collect()
}

fn found(kind: &'static str, name: &str, file: &str) -> GateFinding {
    let text = format!("{file}: '{name}' has the suffix of an intermediate file");
    GateFinding::new(kind, text).counterpart(name.split(SUFFIXES[0]).next().unwrap_or(name))
}

fn strip_object(line: &str) -> &str {
    line.strip_suffix(".o").or(line.strip_suffix(".ko")).unwrap_or(line)
}

fn is_bad(name: &str) -> bool {
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Whether a line of C has the suffix at the end of a name in a string.
fn quotes_suffix(line: &str, suffix: &str) -> bool {
    let ends = |rest: &str| rest.starts_with(['"', ',', '\\']);
    line.match_indices(suffix).any(|(at, _)| line.get(at + suffix.len()..).is_some_and(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_at_the_end_of_names() {
        assert!(is_bad("fs/ext4/ext4.lto") && !is_bad("drivers/lto") && !is_bad("foo.ltox"));
        assert!(quotes_suffix("MODULE_INFO(depends, \"a.lto,b\");", ".lto"));
        assert!(!quotes_suffix("{ 0x0, \"foo.lto_priv\" },", ".lto"));
    }
}

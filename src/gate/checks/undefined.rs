// SPDX-License-Identifier: GPL-2.0-only

//! Symbols that modules need and nothing exports.

use std::collections::BTreeSet;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::stem;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::plain_name;

check! {
    /// A module needs a symbol that nothing exports.
    ///
    /// The module cannot be loaded. Calls of the runtime library (`memcpy`, `strlen` and their kind) come first: the
    /// compiler makes them by itself, so LTO may drop a function that nobody seemed to call and that every module needs.
    ///
    /// Cause: the function was dropped by LTO, trimmed from the exports, renamed or made local, or was never exported. The
    /// finding says which, as far as the objects tell.
    ///
    /// Remedy: export the symbol, keep it (`__used`, or the LTO linker's list of runtime functions), or build the module that
    /// exports it.
    "undefined", Error, needs: [Need::Modules, Need::Symvers, Need::Scan, Need::BitcodeSymbols], world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let Some(symvers) = cx.inputs.symvers.as_ref().filter(|_| cx.inputs.is_folder) else { return Vec::new() };
    let exported: BTreeSet<&str> = symvers.iter().map(|line| line.symbol.as_str()).collect();
    let declared: BTreeSet<&str> = cx.facts.iter().flat_map(|facts| &facts.exports).map(|e| e.name.as_str()).collect();
    // Modules without the folder that they were built in say themselves what they export, and which others they need.
    let has: BTreeSet<&str> = cx.facts.iter().flat_map(|facts| &facts.ksymtab).map(String::as_str).collect();
    let subjects = cx.facts.iter().map(|facts| &facts.file.subject);
    let known: BTreeSet<String> =
        symvers.iter().map(|line| &line.module).chain(subjects).map(|name| plain_name(name)).collect();
    let mut findings = Vec::new();
    for module in cx.modules() {
        let depends = module.info("depends").unwrap_or_default().split(',').filter(|name| !name.is_empty());
        let stranger = depends.into_iter().find(|name| !known.contains(&plain_name(name)));
        let unknown =
            module.imports.iter().filter(|import| !import.is_weak && !exported.contains(import.name.as_str()));
        // What somebody declares as exported was trimmed, or lost from the dump: `trim` and `exports` say so.
        let unknown = unknown.filter(|import| !has.contains(import.name.as_str()));
        for import in unknown.filter(|import| !declared.contains(import.name.as_str())) {
            let kind = if facts::is_runtime(&import.name) { "runtime-library" } else { "undefined" };
            let text = format!(
                "{} needs '{}', which nothing exports: {}",
                module.file.name,
                import.name,
                cause(cx, &import.name)
            );
            let mut finding = GateFinding::new(kind, text).symbol(&import.name);
            if let Some(stranger) = stranger {
                finding.message.push_str(&format!("; what '{stranger}' exports, on which it depends, is not known"));
                finding = finding.at_most(GateSeverity::Note);
            }
            findings.push(finding.about(&module.file.subject, &module.file.name));
        }
    }
    findings.sort_by_key(|finding| finding.kind != "runtime-library");
    findings
}

/// Why nothing exports it, as far as the objects tell.
fn cause(cx: &WorldCx<'_>, name: &str) -> String {
    let vmlinux = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject);
    if let Some(vmlinux) = vmlinux {
        if vmlinux.defines(name) {
            return "vmlinux.o defines it, but does not export it".to_owned();
        }
        let start = vmlinux.locals.partition_point(|known| known.as_str() < name);
        let near = vmlinux.locals.iter().skip(start).take_while(|known| known.starts_with(name));
        if let Some(local) = near.into_iter().find(|known| stem(known) == name) {
            let how = match definer_in_bitcode(cx, name) {
                _ if local != name => format!("it is called '{local}' there"),
                Some(input) => format!("LTO has made it local: for others to see it is defined by {input}"),
                None => "it is local there".to_owned(),
            };
            return format!("vmlinux.o has it, but {how}");
        }
    }
    if let Some(cause) = cause_in_bitcode(cx, name) {
        return cause;
    }
    let definer = cx
        .facts
        .iter()
        .find(|facts| facts.file.stage == BuildStage::Object && facts.definitions.iter().any(|d| d == name));
    match definer {
        Some(definer) => format!("{} defines it, but does not export it", definer.file.name),
        None if facts::is_runtime(name) => "a runtime-library function that the link has dropped".to_owned(),
        None => "no object of this build defines it: dropped by LTO, renamed, or not configured".to_owned(),
    }
}

/// What became of a symbol that an LTO link was given: it is not in the linked object, or is there and not exported.
fn cause_in_bitcode(cx: &WorldCx<'_>, name: &str) -> Option<String> {
    let input = cx.facts.iter().find(|facts| facts.bitcode.as_ref().is_some_and(|bitcode| bitcode.defines(name)))?;
    let linked = cx.facts.iter().find(|facts| {
        let stage = facts.file.stage;
        let is_linked =
            matches!(stage, BuildStage::VmlinuxObject | BuildStage::Object | BuildStage::Lto | BuildStage::Prelink);
        is_linked && !facts.is_opaque && facts.file.subject == input.file.subject
    })?;
    let (input, linked_name) = (&input.file.name, &linked.file.name);
    Some(match linked.defines(name) {
        true => format!("{linked_name} defines it, but does not export it"),
        false => format!("dropped by LTO: {input} defines it, {linked_name} does not"),
    })
}

/// The bitcode input of the kernel that defines a symbol for others to see.
fn definer_in_bitcode<'a>(cx: &'a WorldCx<'_>, name: &str) -> Option<&'a str> {
    let mut inputs = cx.facts.iter().filter(|facts| facts.file.subject == "vmlinux");
    let found = inputs.find(|facts| facts.bitcode.as_ref().is_some_and(|bitcode| bitcode.defines(name)));
    found.map(|facts| facts.file.name.as_str())
}

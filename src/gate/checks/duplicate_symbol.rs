// SPDX-License-Identifier: GPL-2.0-only

//! Two definitions in one link.

use std::collections::BTreeMap;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

check! {
    /// The same strong symbol is defined by two inputs of one link.
    ///
    /// The linker refuses this, or, with archives, takes one of them and drops the other without a word. In LTO builds it
    /// shows above all as `foo.o` linked beside the `foo.lto.o` that was made of it. Bitcode counts by its symbol table.
    ///
    /// Cause: an object listed twice under two names, or a rule that adds the linked object to the objects it was linked from.
    ///
    /// Remedy: list the object once; look at the module's `.mod` file and at the link's recorded command.
    "duplicate-symbol", Error, needs: [Need::BitcodeSymbols], world: look,
}

/// Symbols of one pair of files that are named one by one.
const MAX_NAMED: usize = 20;

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for module in &cx.inputs.modules {
        findings.extend(twins(&module.name, &module.members));
    }
    findings.extend(twins("vmlinux", &cx.inputs.vmlinux_members));
    findings.extend(recorded_twins(cx, &findings));
    let members: Vec<&FileFacts> = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Member).collect();
    for link in members.chunk_by(|a, b| a.file.subject == b.file.subject) {
        findings.extend(doubles(link));
    }
    findings
}

/// `foo.o` beside `foo.lto.o`, or one file twice.
fn twins(subject: &str, members: &[String]) -> Vec<GateFinding> {
    let mut plain: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for member in members {
        let stem = stem(member);
        if let Some(other) = plain.insert(stem, member) {
            let text = format!("{other} and {member} are inputs of one link: all their symbols are defined twice");
            findings.push(GateFinding::new("twin-inputs", text).counterpart(stem).about(subject, member.as_str()));
        }
    }
    findings
}

/// The same among the inputs of a recorded link, unless the list of the module's parts has it, too.
fn recorded_twins(cx: &WorldCx<'_>, listed: &[GateFinding]) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for file in cx.inputs.objects.iter().filter(|file| file.stage != BuildStage::Member) {
        let Some(command) = file.command.as_ref().filter(|command| command.is_link) else { continue };
        let mut inputs = command.link_inputs.clone();
        // A command may hold two links of one object, one behind the other.
        inputs.dedup();
        let found = twins(&file.subject, &inputs).into_iter();
        findings.extend(found.filter(|twin| !listed.iter().any(|known| known.counterpart == twin.counterpart)));
    }
    findings
}

/// An object's name without what says how far it was linked.
fn stem(object: &str) -> &str {
    let name = object.strip_suffix(".o").unwrap_or(object);
    name.strip_suffix(".lto").or(name.strip_suffix(".prelink")).unwrap_or(name)
}

/// Symbols that several inputs of one link define. Of twins, which define everything twice, they are not named.
fn doubles(link: &[&FileFacts]) -> Vec<GateFinding> {
    let mut first: BTreeMap<&str, &FileFacts> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut n_of_pair: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for facts in link {
        for name in &facts.definitions {
            let Some(other) = first.get(name.as_str()) else {
                first.insert(name, facts);
                continue;
            };
            if stem(&other.file.name) == stem(&facts.file.name) {
                continue;
            }
            let count = n_of_pair.entry((&other.file.name, &facts.file.name)).or_default();
            *count += 1;
            if *count <= MAX_NAMED {
                let text = format!("'{name}' is defined by {} and by {}", other.file.name, facts.file.name);
                let finding = GateFinding::new("defined-twice", text).symbol(name).counterpart(&other.file.name);
                findings.push(finding.about(&facts.file.subject, &facts.file.name));
            }
        }
    }
    findings
}

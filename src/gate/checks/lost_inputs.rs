// SPDX-License-Identifier: GPL-2.0-only

//! Inputs of links that did not take part, and what is missing for that reason.

mod aliases;

use std::collections::BTreeSet;

use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

check! {
    /// Something that was compiled is not in what was linked.
    ///
    /// What the kernel's link lists must be there and in it: a unit that was left out takes its initcalls with it, and where a weak
    /// default stands in for what it defines, nothing complains. Of a module's device tables modpost makes aliases; without
    /// them nothing loads the module for its devices.
    ///
    /// Cause: an object or archive that was built again, or removed, after the link read it; a list (`.vmlinux.objs`, `.mod`) of
    /// another build; a table in a section that the link dropped.
    ///
    /// Remedy: `rm vmlinux.o && make`; for a module without aliases `rm` its `.mod.c` and `make modules`.
    "lost-inputs", Error, world: look, afterwards: absent,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    if !cx.inputs.is_folder {
        return Vec::new();
    }
    let mut findings = unlinked(cx);
    findings.extend(aliases::look(cx));
    findings
}

/// Inputs that a list names and that are not in the folder, one finding for each list. Of lists that name one input twice that has
/// been said.
fn absent(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    if !cx.inputs.is_folder {
        return Vec::new();
    }
    let there: BTreeSet<&str> = cx.inputs.objects.iter().map(|file| file.name.as_str()).collect();
    let kernel = ("vmlinux", ".vmlinux.objs".to_owned(), &cx.inputs.vmlinux_members);
    let modules =
        cx.inputs.modules.iter().map(|module| (module.name.as_str(), format!("{}.mod", module.name), &module.members));
    let mut findings = Vec::new();
    for (subject, list, members) in std::iter::once(kernel).chain(modules) {
        let lost: Vec<&String> = members.iter().filter(|member| !there.contains(member.as_str())).collect();
        // A folder that has none of them was cleaned, or packed without them.
        let Some(first) = lost.first().filter(|_| lost.len() < members.len()) else { continue };
        if cx.found.iter().any(|finding| finding.check == "duplicate-symbol" && finding.subject == subject) {
            continue;
        }
        let more = if lost.len() > 1 { format!(" ({} more are not)", lost.len() - 1) } else { String::new() };
        let text = format!("{list} lists {first}, which is not there{more}");
        let mut finding = GateFinding::new("not-there", text).counterpart(first.as_str());
        finding.detail.push("mend: make".to_owned());
        findings.push(finding.about(subject, list));
    }
    findings
}

/// Inputs of the kernel of whose definitions nothing is in it, or only weak defaults.
fn unlinked(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let kernel = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject && !facts.is_opaque);
    // Of libraries a link takes what it needs; without its command nobody knows which they are.
    let Some((kernel, command)) = kernel.and_then(|facts| Some((facts, facts.file.command.as_ref()?))) else {
        return Vec::new();
    };
    let folder = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let archives = command.link_inputs.iter().filter(|name| name.ends_with(".a") && *name != "vmlinux.a");
    let libraries: BTreeSet<String> = archives.map(|name| folder(name)).collect();
    let members =
        cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Member && facts.file.subject == "vmlinux");
    let members =
        members.filter(|facts| !facts.definitions.is_empty() && !libraries.contains(&folder(&facts.file.name)));
    members.filter_map(|facts| what_is_lost(kernel, facts)).collect()
}

fn what_is_lost(kernel: &FileFacts, member: &FileFacts) -> Option<GateFinding> {
    let is_local = |name: &str| kernel.locals.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
    let is_there = |name: &String| kernel.defines(name) || is_local(name);
    let is_weak = |name: &&String| kernel.weak.binary_search(name).is_ok();
    let (name, kernel_name) = (&member.file.name, &kernel.file.name);
    let (symbol, what) = if let Some(symbol) = member.definitions.iter().find(is_weak) {
        (
            symbol,
            format!("'{symbol}' is only a weak default in {kernel_name}, and {name} defines it: {name} was not linked"),
        )
    } else if !member.definitions.iter().any(is_there) {
        let symbol = member.definitions.first()?;
        (
            symbol,
            format!("{name} was not linked into {kernel_name}: nothing of what it defines is there ('{symbol}' first)"),
        )
    } else {
        return None;
    };
    let mut finding = GateFinding::new("not-linked", what).symbol(symbol).counterpart(name);
    finding.detail.push("mend: rm vmlinux.o && make".to_owned());
    Some(finding.about("vmlinux", kernel_name))
}

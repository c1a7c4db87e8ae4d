// SPDX-License-Identifier: GPL-2.0-only

//! Modules that a build lists and does not have.

use std::collections::BTreeSet;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::below;

check! {
    /// The modules that are there are not those that `modules.order` lists.
    ///
    /// kbuild links, signs, installs and packs what this list names. A module that is missing from the folder is missing from the
    /// system, and with it the devices and file systems that need it; one that is not listed is left behind, or is of another
    /// configuration.
    ///
    /// Cause: the build was interrupted, the file was removed afterwards, or the list is that of another build.
    ///
    /// Remedy: `make modules`, or for external modules `make M=... modules`.
    "modules-order", Error, needs: [Need::Modules], world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    if cx.inputs.order.is_empty() {
        return Vec::new();
    }
    let subjects: BTreeSet<&str> = cx.facts.iter().map(|facts| facts.file.subject.as_str()).collect();
    let finished = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module);
    let finished: BTreeSet<&str> = finished.map(|facts| facts.file.subject.as_str()).collect();
    let names = cx.inputs.modules.iter().map(|module| module.name.as_str());
    let lost = names.filter_map(|name| match subjects.contains(name) {
        false => Some((name, "nothing of it is there")),
        // A build that has not come to the last link of any module is not finished, which is no fault.
        true if !finished.is_empty() && !finished.contains(name) => Some((name, "its .ko file is not there")),
        true => None,
    });
    let finding = |(name, what): (&str, &str)| {
        let text = format!("modules.order lists {name}, and {what}");
        GateFinding::new("not-there", text).about(name, "modules.order")
    };
    lost.map(finding).chain(unlisted(cx)).collect()
}

/// Modules that kbuild made in this folder and does not list any more.
fn unlisted(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let finished = cx.facts.iter().any(|facts| facts.file.stage == BuildStage::Module);
    if !finished || !cx.inputs.is_folder {
        return Vec::new();
    }
    let listed: BTreeSet<&str> = cx.inputs.modules.iter().map(|module| module.name.as_str()).collect();
    let made_here = |name: &String| {
        let (dir, base) = name.rsplit_once('/').unwrap_or(("", name));
        let beside = [format!("{base}.mod.c"), format!("{base}.mod"), format!(".{base}.ko.cmd")];
        beside.iter().any(|file| cx.inputs.root.join(dir).join(file).is_file())
    };
    // What lies about for packing was made elsewhere.
    let found =
        below::modules(&cx.inputs.root).into_iter().filter_map(|name| Some(name.strip_suffix(".ko")?.to_owned()));
    let found = found.filter(|name| !listed.contains(name.as_str()));
    let finding = |name: String| {
        let text =
            format!("{name}.ko is there, and modules.order does not list it: it is not signed, packed or installed");
        let mut finding = GateFinding::new("not-listed", text);
        finding.detail.push(format!("mend: make modules; if nothing builds it any more, rm {name}.ko"));
        finding.about(&name, format!("{name}.ko"))
    };
    found.filter(made_here).map(finding).collect()
}

// SPDX-License-Identifier: GPL-2.0-only

//! Modules that a build lists and does not have.

use std::collections::BTreeSet;

use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::Stage;

check! {
    /// A module that `modules.order` lists is not there.
    ///
    /// kbuild links, signs, installs and packs what this list names. A module that is missing from the folder is missing from the
    /// system, and with it the devices and file systems that need it.
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
    let finished = cx.facts.iter().filter(|facts| facts.file.stage == Stage::Module);
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
    lost.map(finding).collect()
}

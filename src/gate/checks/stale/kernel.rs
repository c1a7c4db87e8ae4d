// SPDX-License-Identifier: GPL-2.0-only

//! `vmlinux` and `System.map` against `vmlinux.o`.

use super::is_explained;
use crate::gate::check::WorldCx;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

/// The finished kernel, and its map.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let kernel = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject);
    let Some(image) = kernel.and_then(|facts| facts.image.as_ref()) else { return findings };
    // Somebody has changed one of both, and another check says what is wrong with it.
    let changed = image.changed_code.as_ref().filter(|_| !is_explained(cx, "vmlinux"));
    if let Some(what) = image.other_code.as_ref().or(changed) {
        let text = format!("vmlinux was not linked from this vmlinux.o: {what}");
        let mut finding = GateFinding::new("kernel", text).counterpart("vmlinux.o");
        finding.detail.push("mend: rm vmlinux && make".to_owned());
        findings.push(finding.about("vmlinux", "vmlinux"));
    }
    if let Some(what) = &image.other_map {
        let text = format!("System.map is not of this vmlinux: {what}");
        let mut finding = GateFinding::new("map", text).counterpart("vmlinux");
        finding.detail.push("mend: rm vmlinux && make".to_owned());
        findings.push(finding.about("System.map", "System.map"));
    }
    findings
}

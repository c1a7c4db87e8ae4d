// SPDX-License-Identifier: GPL-2.0-only

//! Device tables of modules, and the aliases that modpost makes of them.

use crate::gate::check::WorldCx;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::processed;

/// Buses whose aliases begin with their name and a colon, and how else they may begin. Of others any alias will do.
const BUSES: [(&str, &[&str]); 8] = [
    ("pci", &["pci:", "vfio_pci:"]),
    ("usb", &["usb:"]),
    ("hid", &["hid:"]),
    ("i2c", &["i2c:"]),
    ("spi", &["spi:"]),
    ("of", &["of:"]),
    ("platform", &["platform:"]),
    ("virtio", &["virtio:"]),
];

/// Modules whose object has a device table, and which have no alias of its sort.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let finished = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && !facts.is_opaque);
    finished.filter_map(|module| without_alias(module, processed::linked_of(cx, module)?)).collect()
}

fn without_alias(module: &FileFacts, linked: &FileFacts) -> Option<GateFinding> {
    let has_any = |bus: &String| {
        let known = BUSES.iter().find(|(name, _)| name == bus).map(|(_, starts)| *starts);
        let starts = known.unwrap_or(&[""]);
        module.infos("alias").any(|alias| starts.iter().any(|start| alias.starts_with(start)))
    };
    let bus = linked.device_tables.iter().find(|bus| !has_any(bus))?;
    let text = format!(
        "{} has no alias for its table of {bus} devices in {}: nothing loads it for them",
        module.file.name, linked.file.name
    );
    let mut finding = GateFinding::new("no-aliases", text).counterpart(bus);
    finding.detail.push(format!("mend: rm {0}.mod.c {0}.ko && make modules", module.file.subject));
    Some(finding.about(&module.file.subject, &module.file.name))
}

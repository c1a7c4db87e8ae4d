// SPDX-License-Identifier: GPL-2.0-only

//! What one object exports and wrongly refers to, for others than `modpost` itself.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::event::ScanEvent;
use super::finding::ModpostFinding;
use super::finding::SectionRef;
use super::finding::Stop;
use super::object::Bytes;
use super::options::ModpostOpts;
use super::scan;
use super::section_class::ClassTable;
use super::wording::ModpostSeverity;
use super::wording::Subject;
use super::wording::render;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::series::Series;

/// An export as the object declares it: name, namespace, whether it is for GPL-compatible modules only.
pub type Declared = (Vec<u8>, Vec<u8>, bool);

/// What was found in one object, in the original's order.
#[derive(Debug, Default)]
pub struct ModuleSurvey {
    /// Exports.
    pub exports: Vec<Declared>,
    /// Namespaces of exports, where they are told apart from them.
    namespaces: Vec<(Vec<u8>, Vec<u8>)>,
    /// References between sections that should not be.
    pub mismatches: Vec<SectionRef>,
    /// Exports that are wrong in themselves, with the message.
    pub bad_exports: Vec<(Vec<u8>, String)>,
}

/// Looks at one object that has been read.
pub fn of_object(path: &Path, data: &Arc<Vec<u8>>, series: Series) -> ModuleSurvey {
    let profile = ModpostProfile::of(series);
    let opts = ModpostOpts { modules: true, ..ModpostOpts::default() };
    let (name, table) = (path.as_os_str().as_bytes(), ClassTable::new(&profile.sections));
    let facts = scan::scan_bytes(name, || Ok(Bytes::Memory(data.clone())), &opts, &profile, &table);
    let mut survey = ModuleSurvey::default();
    let subject = Subject { file: &facts.file, module: &facts.module };
    for event in &facts.events {
        match event {
            ScanEvent::Export(export) => {
                survey.exports.push((export.name.to_vec(), export.namespace.to_vec(), export.is_gpl_only()));
            }
            ScanEvent::Finding(ModpostFinding::SectionMismatch(at)) => survey.mismatches.push(at.clone()),
            ScanEvent::Finding(finding) => survey.add_bad_export(finding, subject, &profile),
            ScanEvent::Namespace { symbol, namespace } => survey.namespaces.push((symbol.to_vec(), namespace.to_vec())),
            ScanEvent::Crc { .. } | ScanEvent::SecondExtableReloc(_) | ScanEvent::ExtableData(_) => {}
        }
    }
    survey.settle_namespaces();
    if let Some(Stop::Fatal(finding)) = &facts.stop {
        survey.add_bad_export(finding, subject, &profile);
    }
    survey
}

impl ModuleSurvey {
    /// Gives exports the namespaces that were told apart from them.
    fn settle_namespaces(&mut self) {
        let known: BTreeMap<&Vec<u8>, &Vec<u8>> = self.namespaces.iter().map(|(name, space)| (name, space)).collect();
        for (name, namespace, _) in &mut self.exports {
            if let Some(found) = known.get(name) {
                namespace.clone_from(found);
            }
        }
    }

    fn add_bad_export(&mut self, finding: &ModpostFinding, subject: Subject<'_>, profile: &ModpostProfile) {
        let symbol = match finding {
            ModpostFinding::StrangeExport(symbol)
            | ModpostFinding::LocalExport(symbol)
            | ModpostFinding::NotAnExport(symbol)
            | ModpostFinding::ExportOfInit(symbol)
            | ModpostFinding::ExportOfExit(symbol)
            | ModpostFinding::UnknownExportLicense { symbol, .. } => symbol.to_vec(),
            _ => return,
        };
        let text = render(finding, subject, ModpostSeverity::Warning, profile);
        let text = String::from_utf8_lossy(&text).trim_end().to_owned();
        self.bad_exports.push((symbol, text.trim_start_matches("WARNING: modpost: ").to_owned()));
    }
}

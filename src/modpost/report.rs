// SPDX-License-Identifier: GPL-2.0-only

//! Collecting messages in order, and knowing whether the run has failed.

use std::collections::HashSet;

use super::clones::MismatchKey;
use super::clones::by_source;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::located;
use super::located::MismatchPlace;
use super::text::text;
use super::wording::ModpostSeverity;
use super::wording::Subject;
use super::wording::render;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Stands for the module in messages about no module.
pub const NOBODY: Subject<'static> = Subject { file: b"", module: b"" };

/// The messages of a run so far.
#[derive(Debug)]
pub struct ModpostReport<'p> {
    profile: &'p ModpostProfile,
    text: Vec<u8>,
    has_failed: bool,
    blocks_writes: bool,
    /// The mismatches so far, if each is to be told once.
    told: Option<HashSet<MismatchKey>>,
    /// Where those that were told are.
    places: Vec<MismatchPlace>,
}

impl<'p> ModpostReport<'p> {
    /// A report without messages.
    pub fn new(profile: &'p ModpostProfile) -> Self {
        Self { profile, text: Vec::new(), has_failed: false, blocks_writes: false, told: None, places: Vec::new() }
    }

    /// A report that tells each section mismatch once.
    pub fn extended(profile: &'p ModpostProfile) -> Self {
        Self { told: Some(HashSet::new()), ..Self::new(profile) }
    }

    /// Adds a finding with its usual severity.
    pub fn tell(&mut self, finding: &ModpostFinding, subject: Subject<'_>) {
        self.add(finding, subject, severity(finding, self.profile));
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: &ModpostFinding, subject: Subject<'_>, severity: ModpostSeverity) {
        match (finding, &mut self.told) {
            (ModpostFinding::SectionMismatch(at), Some(told)) => {
                let (key, described) = by_source(subject.module, at);
                if told.insert(key) {
                    self.text.extend(render(
                        &ModpostFinding::SectionMismatch(described),
                        subject,
                        severity,
                        self.profile,
                    ));
                    let (end, file) = (self.text.len(), subject.file.into());
                    self.places.push(MismatchPlace { end, file, section: at.section, offset: at.place });
                }
            }
            _ => self.text.extend(render(finding, subject, severity, self.profile)),
        }
        let is_error = severity != ModpostSeverity::Warning;
        self.blocks_writes |= is_error && self.profile.has(Behaviour::ErrorBlocksWrites);
        let is_failure = is_error && (self.profile.has(Behaviour::ErrorFails) || always_fails(finding));
        self.has_failed |= is_failure || severity == ModpostSeverity::Fatal;
    }

    /// Adds text that has no severity.
    pub fn raw(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
    }

    /// Adds what ended the run.
    pub fn stop(&mut self, stop: &Stop, subject: Subject<'_>) {
        match stop {
            Stop::Fatal(finding) => self.add(finding, subject, ModpostSeverity::Fatal),
            Stop::Told => {}
            // As perror(3), which has nothing to say about a name that is empty.
            Stop::File { file, error } if file.is_empty() => self.raw(&text![error, "\n"]),
            Stop::File { file, error } => self.raw(&text![file, ": ", error, "\n"]),
        }
        self.has_failed = true;
    }

    /// Whether something is wrong and nothing more is to be written.
    pub fn blocks_writes(&self) -> bool {
        self.blocks_writes
    }

    /// The messages, with what the source of section mismatches is if each is told once, and whether the run has failed.
    pub fn into_parts(self) -> (Vec<u8>, bool) {
        (located::with_source(self.text, &self.places), self.has_failed)
    }
}

/// Whether an error makes the run fail where most of them do not.
fn always_fails(finding: &ModpostFinding) -> bool {
    matches!(
        finding,
        ModpostFinding::Undefined(_)
            | ModpostFinding::NamespaceNotImported { .. }
            | ModpostFinding::ModuleNameTooLong
            | ModpostFinding::SymbolTooLong(_)
    )
}

/// How grave a finding is when no option says otherwise.
fn severity(finding: &ModpostFinding, profile: &ModpostProfile) -> ModpostSeverity {
    match finding {
        ModpostFinding::MissingLicense if !profile.has(Behaviour::MissingLicenseIsError) => ModpostSeverity::Warning,
        ModpostFinding::ExportedTwice { .. } if !profile.has(Behaviour::DuplicateExportIsError) => {
            ModpostSeverity::Warning
        }
        ModpostFinding::StaticExport { .. } if !profile.has(Behaviour::StaticExportIsError) => ModpostSeverity::Warning,
        ModpostFinding::Ignored { .. }
        | ModpostFinding::MissingDescription
        | ModpostFinding::CommonSymbol(_)
        | ModpostFinding::ExportOfInit(_)
        | ModpostFinding::ExportOfExit(_)
        | ModpostFinding::NonAllocSection(_)
        | ModpostFinding::SectionMismatch(_)
        | ModpostFinding::ExtableMismatch(_)
        | ModpostFinding::EmptyModFile { .. }
        | ModpostFinding::CrcUndefined(_)
        | ModpostFinding::NoVmlinux
        | ModpostFinding::GplOnlyFuture(_)
        | ModpostFinding::Unused(_)
        | ModpostFinding::ExtableUnlisted(_)
        | ModpostFinding::PciMask(_)
        | ModpostFinding::PciOverride(_)
        | ModpostFinding::CdxOverride(_)
        | ModpostFinding::WmiLength(_)
        | ModpostFinding::WmiCharacter { .. }
        | ModpostFinding::MalformedCmdLine(_)
        | ModpostFinding::NoCrc(_)
        | ModpostFinding::VersionFailed(_)
        | ModpostFinding::SuppressedUndefined(_) => ModpostSeverity::Warning,
        _ => ModpostSeverity::Error,
    }
}

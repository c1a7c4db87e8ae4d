// SPDX-License-Identifier: GPL-2.0-only

//! Collecting messages in order, and knowing whether the run has failed.

use std::collections::HashSet;

use super::extended::MismatchKey;
use super::extended::by_source;
use super::finding::Finding;
use super::finding::Stop;
use super::located;
use super::located::MismatchPlace;
use super::text::text;
use super::wording::Severity;
use super::wording::Subject;
use super::wording::render;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::Profile;

/// Stands for the module in messages about no module.
pub const NOBODY: Subject<'static> = Subject { file: b"", module: b"" };

/// The messages of a run so far.
#[derive(Debug)]
pub struct Report<'p> {
    profile: &'p Profile,
    text: Vec<u8>,
    has_failed: bool,
    blocks_writes: bool,
    /// The mismatches so far, if each is to be told once.
    told: Option<HashSet<MismatchKey>>,
    /// Where those that were told are.
    places: Vec<MismatchPlace>,
}

impl<'p> Report<'p> {
    /// A report without messages.
    pub fn new(profile: &'p Profile) -> Self {
        Self { profile, text: Vec::new(), has_failed: false, blocks_writes: false, told: None, places: Vec::new() }
    }

    /// A report that tells each section mismatch once.
    pub fn extended(profile: &'p Profile) -> Self {
        Self { told: Some(HashSet::new()), ..Self::new(profile) }
    }

    /// Adds a finding with its usual severity.
    pub fn tell(&mut self, finding: &Finding, subject: Subject<'_>) {
        self.add(finding, subject, severity(finding, self.profile));
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: &Finding, subject: Subject<'_>, severity: Severity) {
        match (finding, &mut self.told) {
            (Finding::SectionMismatch(at), Some(told)) => {
                let (key, described) = by_source(subject.module, at);
                if told.insert(key) {
                    self.text.extend(render(&Finding::SectionMismatch(described), subject, severity, self.profile));
                    let (end, file) = (self.text.len(), subject.file.into());
                    self.places.push(MismatchPlace { end, file, section: at.section, offset: at.place });
                }
            }
            _ => self.text.extend(render(finding, subject, severity, self.profile)),
        }
        let is_error = severity != Severity::Warning;
        self.blocks_writes |= is_error && self.profile.has(Behaviour::ErrorBlocksWrites);
        let is_failure = is_error && (self.profile.has(Behaviour::ErrorFails) || always_fails(finding));
        self.has_failed |= is_failure || severity == Severity::Fatal;
    }

    /// Adds text that has no severity.
    pub fn raw(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
    }

    /// Adds what ended the run.
    pub fn stop(&mut self, stop: &Stop, subject: Subject<'_>) {
        match stop {
            Stop::Fatal(finding) => self.add(finding, subject, Severity::Fatal),
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
fn always_fails(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::Undefined(_)
            | Finding::NamespaceNotImported { .. }
            | Finding::ModuleNameTooLong
            | Finding::SymbolTooLong(_)
    )
}

/// How grave a finding is when no option says otherwise.
fn severity(finding: &Finding, profile: &Profile) -> Severity {
    match finding {
        Finding::MissingLicense if !profile.has(Behaviour::MissingLicenseIsError) => Severity::Warning,
        Finding::ExportedTwice { .. } if !profile.has(Behaviour::DuplicateExportIsError) => Severity::Warning,
        Finding::StaticExport { .. } if !profile.has(Behaviour::StaticExportIsError) => Severity::Warning,
        Finding::Ignored { .. }
        | Finding::MissingDescription
        | Finding::CommonSymbol(_)
        | Finding::ExportOfInit(_)
        | Finding::ExportOfExit(_)
        | Finding::NonAllocSection(_)
        | Finding::SectionMismatch(_)
        | Finding::ExtableMismatch(_)
        | Finding::EmptyModFile { .. }
        | Finding::CrcUndefined(_)
        | Finding::NoVmlinux
        | Finding::GplOnlyFuture(_)
        | Finding::Unused(_)
        | Finding::ExtableUnlisted(_)
        | Finding::PciMask(_)
        | Finding::PciOverride(_)
        | Finding::CdxOverride(_)
        | Finding::WmiLength(_)
        | Finding::WmiCharacter { .. }
        | Finding::MalformedCmdLine(_)
        | Finding::NoCrc(_)
        | Finding::VersionFailed(_)
        | Finding::SuppressedUndefined(_) => Severity::Warning,
        _ => Severity::Error,
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! One page for people: complete in itself, works from the file system without a network.

use std::collections::BTreeMap;

use askama::Template;
use sha2::Digest;
use sha2::Sha256;

use super::causes;
use super::causes::Cause;
use super::paragraphs;
use crate::gate::check::Check;
use crate::gate::coverage::Skipped;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::counted;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;
use crate::gate::verdict::Status;

/// Digits of a finding's address.
const ADDRESS_LEN: usize = 10;

/// The page; what it shows is checked against the template when this is compiled, and escaped by the name's ending.
#[derive(Template)]
#[template(path = "gate.html")]
struct Page<'a> {
    dir: &'a str,
    kernel: String,
    compiler: String,
    found: &'a [String],
    missing: &'a [String],
    skipped: &'a [Skipped],
    n_skipped: String,
    word: String,
    /// `failed`, `partial` where something could not be looked at, or `passed`.
    state: &'static str,
    verdict: String,
    counts: String,
    n_accepted: usize,
    summary: Vec<Row>,
    shows_notes: bool,
    gone: Vec<String>,
    version: &'static str,
    groups: Vec<Group>,
    clean: Vec<Group>,
    n_clean: String,
}

/// A check in the table.
struct Row {
    numbers: SummaryRow,
    class: &'static str,
    remark: &'static str,
}

/// A check's findings.
struct Group {
    id: &'static str,
    title: Vec<Piece>,
    explanation: Vec<Vec<Piece>>,
    /// By directory of the subject, in order.
    directories: Vec<Directory>,
    count: usize,
    /// What is to be said of a check that found nothing.
    remark: &'static str,
}

/// Words, or a name between backticks.
struct Piece {
    text: String,
    is_code: bool,
}

struct Directory {
    name: String,
    items: Vec<Item>,
}

struct Item {
    /// What an address of the page ends with to lead here; the same after a rebuild.
    address: String,
    severity: GateSeverity,
    kind: &'static str,
    subject: String,
    message: String,
    place: String,
    detail: String,
    others: Vec<String>,
    n_others: String,
    keys: Vec<String>,
    state: &'static str,
    reason: String,
}

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let count = |severity, noun| counted(outcome.count(severity), noun);
    let (errors, warnings) = (count(GateSeverity::Error, "error"), count(GateSeverity::Warning, "warning"));
    let verdict = &outcome.verdict;
    let mut addresses = BTreeMap::new();
    let groups = outcome.checks.iter().map(|check| group(outcome, check, &mut addresses));
    // What a reader goes through is in the order in which it is seen.
    let (clean, groups): (Vec<Group>, Vec<Group>) = groups.partition(|group| group.directories.is_empty());
    let page = Page {
        dir: &outcome.inputs.name,
        kernel: outcome.rules.line(),
        compiler: outcome.inputs.config.compiler(),
        found: &outcome.inputs.found,
        missing: &outcome.inputs.missing,
        skipped: &outcome.skipped,
        n_skipped: counted(outcome.skipped.len(), "check"),
        word: verdict.word().to_uppercase(),
        state: match (verdict.has_failed, verdict.n_could_not_look) {
            (true, _) => "failed",
            (false, 0) => "passed",
            (false, _) => "partial",
        },
        verdict: verdict.line(),
        counts: format!("{errors}, {warnings}, {}", count(GateSeverity::Note, "note")),
        n_accepted: outcome.n_accepted(),
        summary: outcome.summary().into_iter().filter(|row| !row.is_clean()).map(row).collect(),
        shows_notes: outcome.count(GateSeverity::Error) + outcome.count(GateSeverity::Warning) == 0,
        gone: outcome.gone.iter().map(ToString::to_string).collect(),
        version: env!("CARGO_PKG_VERSION"),
        n_clean: counted(clean.len(), "check"),
        groups,
        clean,
    };
    page.render().map(String::into_bytes).map_err(|error| GateError(format!("html: {error}")))
}

fn row(numbers: SummaryRow) -> Row {
    let (class, remark) = match numbers.status {
        Status::Failed => ("failed", "fails the run"),
        Status::Passed => ("passed", ""),
        Status::NotApplicable => ("not-applicable", "not for this build"),
        Status::CouldNotLook => ("could-not-look", "could not look"),
    };
    Row { numbers, class, remark }
}

/// Text with names between backticks.
fn pieces(text: &str) -> Vec<Piece> {
    let pieces = text.split('`').enumerate();
    pieces.map(|(nth, text)| Piece { text: text.to_owned(), is_code: nth % 2 == 1 }).collect()
}

fn group(outcome: &GateOutcome, check: &'static Check, addresses: &mut BTreeMap<String, usize>) -> Group {
    let own = outcome.findings.iter().filter(|judged| judged.finding.check == check.id);
    let mut causes = causes::of(own);
    causes.sort_by(|a, b| directory(a.finding()).cmp(directory(b.finding())));
    let count = causes.iter().filter(|cause| cause.first.is_open()).count();
    let mut directories: Vec<Directory> = Vec::new();
    for cause in &causes {
        let (item, name) = (item(cause, addresses), directory(cause.finding()));
        match directories.last_mut() {
            Some(last) if last.name == name => last.items.push(item),
            _ => directories.push(Directory { name: name.to_owned(), items: vec![item] }),
        }
    }
    let remark = match outcome.status(check.id) {
        Status::NotApplicable => "not for this build",
        Status::CouldNotLook => "could not look",
        Status::Failed => "could not look, and is required",
        Status::Passed => "",
    };
    let explanation = paragraphs(check).iter().skip(1).map(|text| pieces(text)).collect();
    Group { id: check.id, title: pieces(check.title()), explanation, directories, count, remark }
}

fn item(cause: &Cause<'_>, addresses: &mut BTreeMap<String, usize>) -> Item {
    let finding = cause.finding();
    let others: Vec<String> = cause.others().into_iter().map(str::to_owned).collect();
    Item {
        address: address(finding, addresses),
        severity: finding.severity,
        kind: finding.kind,
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        place: place(finding),
        detail: finding.detail.join("\n"),
        n_others: counted(others.len(), "more object"),
        others,
        keys: cause.all.iter().map(|judged| judged.finding.key().to_string()).collect(),
        state: if cause.first.is_open() { "open" } else { "accepted" },
        reason: cause.first.accepted.clone().unwrap_or_default(),
    }
}

/// By the finding's key, so that a link to it survives a rebuild; findings with one key are counted.
fn address(finding: &GateFinding, known: &mut BTreeMap<String, usize>) -> String {
    let digest = Sha256::digest(finding.key().to_string());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = digits.get(..ADDRESS_LEN).unwrap_or_default();
    let nth = known.entry(digits.to_owned()).or_default();
    *nth += 1;
    if *nth == 1 { format!("f-{digits}") } else { format!("f-{digits}-{nth}") }
}

fn directory(finding: &GateFinding) -> &str {
    finding.subject.rsplit_once('/').map_or("(top)", |(directory, _)| directory)
}

fn place(finding: &GateFinding) -> String {
    let parts = [&finding.source, &finding.unit, &finding.file, &finding.section];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    parts.join(" · ")
}

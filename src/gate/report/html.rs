// SPDX-License-Identifier: GPL-2.0-only

//! One page for people: complete in itself, works from the file system without a network.

use askama::Template;

use super::paragraphs;
use crate::gate::coverage::Skipped;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::Severity;
use crate::gate::finding::counted;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;
use crate::gate::verdict::Status;

/// The page; what it shows is checked against the template when this is compiled, and escaped by the name's ending.
#[derive(Template)]
#[template(path = "gate.html")]
struct Page<'a> {
    dir: String,
    series: &'static str,
    compiler: String,
    found: &'a [String],
    missing: &'a [String],
    skipped: &'a [Skipped],
    n_skipped: String,
    has_failed: bool,
    verdict: String,
    counts: String,
    n_accepted: usize,
    summary: Vec<Row>,
    shows_notes: bool,
    gone: Vec<String>,
    version: &'static str,
    groups: Vec<Group>,
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
    severity: Severity,
    kind: &'static str,
    subject: String,
    message: String,
    place: String,
    detail: String,
    state: &'static str,
    reason: String,
}

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let count = |severity, noun| counted(outcome.count(severity), noun);
    let (errors, warnings) = (count(Severity::Error, "error"), count(Severity::Warning, "warning"));
    let page = Page {
        dir: outcome.inputs.name.clone(),
        series: outcome.inputs.selection.series.name(),
        compiler: outcome.inputs.config.compiler(),
        found: &outcome.inputs.found,
        missing: &outcome.inputs.missing,
        skipped: &outcome.skipped,
        n_skipped: counted(outcome.skipped.len(), "check"),
        has_failed: outcome.verdict.has_failed,
        verdict: outcome.verdict.line(),
        counts: format!("{errors}, {warnings}, {}", count(Severity::Note, "note")),
        n_accepted: outcome.n_accepted(),
        summary: outcome.summary().into_iter().filter(|row| !row.is_clean()).map(row).collect(),
        shows_notes: outcome.count(Severity::Error) + outcome.count(Severity::Warning) == 0,
        gone: outcome.gone.iter().map(ToString::to_string).collect(),
        version: env!("CARGO_PKG_VERSION"),
        groups: outcome.checks.iter().map(|check| group(outcome, check)).collect(),
    };
    page.render().map(String::into_bytes).map_err(|error| GateError(format!("html: {error}")))
}

fn row(numbers: SummaryRow) -> Row {
    let (class, remark) = match numbers.status {
        Status::Failed => ("failed", ""),
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

fn group(outcome: &GateOutcome, check: &'static crate::gate::check::Check) -> Group {
    let mut directories: Vec<Directory> = Vec::new();
    let mut count = 0;
    let mut own: Vec<_> = outcome.findings.iter().filter(|judged| judged.finding.check == check.id).collect();
    own.sort_by(|a, b| directory(&a.finding).cmp(directory(&b.finding)));
    for judged in own {
        let finding = &judged.finding;
        count += usize::from(judged.is_open());
        let item = Item {
            severity: finding.severity,
            kind: finding.kind,
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            place: place(finding),
            detail: finding.detail.join("\n"),
            state: if judged.is_open() { "open" } else { "accepted" },
            reason: judged.accepted.clone().unwrap_or_default(),
        };
        match directories.last_mut() {
            Some(last) if last.name == directory(finding) => last.items.push(item),
            _ => directories.push(Directory { name: directory(finding).to_owned(), items: vec![item] }),
        }
    }
    let explanation = paragraphs(check).iter().skip(1).map(|text| pieces(text)).collect();
    Group { id: check.id, title: pieces(check.title()), explanation, directories, count }
}

fn directory(finding: &GateFinding) -> &str {
    finding.subject.rsplit_once('/').map_or("(top)", |(directory, _)| directory)
}

fn place(finding: &GateFinding) -> String {
    let parts = [&finding.source, &finding.unit, &finding.file, &finding.section];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    parts.join(" · ")
}

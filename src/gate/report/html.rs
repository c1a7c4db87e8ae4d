//! One page for people: complete in itself, works from the file system without a network.

use minijinja::Environment;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::paragraphs;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::Severity;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;

const TEMPLATE: &str = include_str!("page.html");

#[derive(Serialize)]
struct Group {
    id: &'static str,
    title: &'static str,
    explanation: Vec<String>,
    /// By directory of the subject, in order.
    directories: Vec<Directory>,
    count: usize,
}

#[derive(Serialize)]
struct Directory {
    name: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
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
    let fail = |error: minijinja::Error| GateError(format!("html: {error:#}"));
    let mut env = Environment::new();
    // The name's ending switches escaping on.
    env.add_template("page.html", TEMPLATE).map_err(fail)?;
    let groups: Vec<Group> = outcome.checks.iter().map(|check| group(outcome, check)).collect();
    let summary: Vec<SummaryRow> = outcome.summary().into_iter().filter(|row| !row.is_clean()).collect();
    let page = env.get_template("page.html").map_err(fail)?.render(context! {
        dir => outcome.inputs.root.display().to_string(),
        series => outcome.inputs.selection.series.name(),
        compiler => outcome.inputs.config.compiler(),
        found => outcome.inputs.found.clone(),
        missing => outcome.inputs.missing.clone(),
        skipped => minijinja::Value::from(Serde(&outcome.skipped)),
        has_failed => outcome.verdict.has_failed,
        verdict => outcome.verdict.line(),
        summary => minijinja::Value::from(Serde(&summary)),
        n_errors => outcome.count(Severity::Error),
        n_warnings => outcome.count(Severity::Warning),
        n_notes => outcome.count(Severity::Note),
        n_accepted => outcome.n_accepted(),
        gone => outcome.gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
        version => env!("CARGO_PKG_VERSION"),
        groups => minijinja::Value::from(Serde(&groups)),
    });
    page.map(String::into_bytes).map_err(fail)
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
    let explanation = paragraphs(check).into_iter().skip(1).collect();
    Group { id: check.id, title: check.title(), explanation, directories, count }
}

fn directory(finding: &GateFinding) -> &str {
    finding.subject.rsplit_once('/').map_or("(top)", |(directory, _)| directory)
}

fn place(finding: &GateFinding) -> String {
    let parts = [&finding.source, &finding.unit, &finding.file, &finding.section];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    parts.join(" · ")
}

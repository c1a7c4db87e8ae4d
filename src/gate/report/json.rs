// SPDX-License-Identifier: GPL-2.0-only

//! Everything as JSON, by `src/gate/report/schema.json`.

use serde::Serialize;

use crate::gate::coverage::Skipped;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::Severity;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;

/// Version of the format: a new field raises the second number, anything else the first.
pub const VERSION: &str = "1.2";

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    tool: &'static str,
    build_dir: String,
    series: &'static str,
    compiler: String,
    found: &'a [String],
    missing: &'a [String],
    result: &'static str,
    verdict: String,
    reasons: &'a [String],
    coverage: Coverage,
    summary: Vec<SummaryRow>,
    counts: Counts,
    checks: Vec<CheckInfo>,
    skipped: &'a [Skipped],
    findings: Vec<Item<'a>>,
    gone: Vec<String>,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    note: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct Coverage {
    checks: usize,
    ran: usize,
    not_applicable: usize,
    could_not_look: usize,
}

#[derive(Serialize)]
struct CheckInfo {
    id: &'static str,
    severity: Severity,
    title: &'static str,
    explanation: String,
}

#[derive(Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    finding: &'a GateFinding,
    accepted: bool,
    fails: bool,
    reason: &'a str,
    key: String,
}

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let inputs = &outcome.inputs;
    let report = Report {
        version: VERSION,
        tool: concat!("postlink ", env!("CARGO_PKG_VERSION")),
        build_dir: inputs.name.clone(),
        series: inputs.selection.series.name(),
        compiler: inputs.config.compiler(),
        found: &inputs.found,
        missing: &inputs.missing,
        result: outcome.verdict.word(),
        verdict: outcome.verdict.line(),
        reasons: &outcome.verdict.reasons,
        coverage: Coverage {
            checks: outcome.verdict.n_checks,
            ran: outcome.verdict.n_looked(),
            not_applicable: outcome.verdict.n_not_applicable,
            could_not_look: outcome.verdict.n_could_not_look,
        },
        summary: outcome.summary(),
        counts: Counts {
            error: outcome.count(Severity::Error),
            warning: outcome.count(Severity::Warning),
            note: outcome.count(Severity::Note),
            accepted: outcome.n_accepted(),
        },
        checks: outcome.checks.iter().map(|check| info(check)).collect(),
        skipped: &outcome.skipped,
        findings: outcome.findings.iter().map(item).collect(),
        gone: outcome.gone.iter().map(ToString::to_string).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&report).map_err(|error| GateError(format!("json: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

fn info(check: &crate::gate::check::Check) -> CheckInfo {
    let explanation = super::paragraphs(check).join("\n\n");
    CheckInfo { id: check.id, severity: check.severity, title: check.title(), explanation }
}

fn item(judged: &crate::gate::baseline::Judged) -> Item<'_> {
    let key = judged.finding.key();
    Item {
        finding: &judged.finding,
        accepted: !judged.is_open(),
        fails: judged.fails,
        reason: judged.accepted.as_deref().unwrap_or_default(),
        key: format!("{}/{} {} {} {} {}", key.check, key.kind, key.subject, key.symbol, key.section, key.counterpart),
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! Everything as JSON, by `src/gate/report/schema.json`.

use serde::Serialize;

use super::Look;
use super::causes;
use crate::gate::baseline::Judged;
use crate::gate::check::Check;
use crate::gate::coverage::Skipped;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::Rules;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;

/// Version of the format: a new field raises the second number, anything else the first.
pub const VERSION: &str = "2.0";

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    run: RunInfo<'a>,
    #[serde(flatten)]
    judgement: Judgement<'a>,
    checks: Vec<CheckInfo>,
    skipped: &'a [Skipped],
    findings: Vec<Item<'a>>,
    gone: Vec<String>,
}

/// What was looked at.
#[derive(Serialize)]
pub struct RunInfo<'a> {
    version: &'static str,
    tool: &'static str,
    build_dir: &'a str,
    kernel: &'a Rules,
    compiler: Option<Compiler>,
    found: &'a [String],
    missing: &'a [String],
    fail_on: &'static str,
    require: &'a [String],
}

#[derive(Serialize)]
struct Compiler {
    family: String,
    version: u64,
}

/// What it came to.
#[derive(Serialize)]
pub struct Judgement<'a> {
    result: &'static str,
    verdict: String,
    reasons: &'a [String],
    coverage: Coverage,
    summary: Vec<SummaryRow>,
    counts: Counts,
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

/// What a check is.
#[derive(Serialize)]
pub struct CheckInfo {
    id: &'static str,
    severity: GateSeverity,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

/// One finding.
#[derive(Serialize)]
pub struct Item<'a> {
    #[serde(flatten)]
    finding: &'a GateFinding,
    cause: usize,
    accepted: bool,
    fails: bool,
    reason: &'a str,
    key: String,
}

/// Renders the report.
pub fn render(outcome: &GateOutcome, look: &Look) -> Result<Vec<u8>, GateError> {
    let report = Report {
        run: run_info(outcome),
        judgement: judgement(outcome),
        checks: checks(outcome, look),
        skipped: &outcome.skipped,
        findings: items(outcome),
        gone: outcome.gone.iter().map(ToString::to_string).collect(),
    };
    super::to_text("json", &report)
}

/// What was looked at.
pub fn run_info(outcome: &GateOutcome) -> RunInfo<'_> {
    let inputs = &outcome.inputs;
    let compiler = inputs.config.compiler();
    let compiler = compiler
        .split_once(' ')
        .and_then(|(family, version)| Some(Compiler { family: family.to_owned(), version: version.parse().ok()? }));
    RunInfo {
        version: VERSION,
        tool: concat!("postlink ", env!("CARGO_PKG_VERSION")),
        build_dir: &inputs.name,
        kernel: &outcome.rules,
        compiler,
        found: &inputs.found,
        missing: &inputs.missing,
        fail_on: outcome.fail_on.word(),
        require: &outcome.require,
    }
}

/// What it came to.
pub fn judgement(outcome: &GateOutcome) -> Judgement<'_> {
    let verdict = &outcome.verdict;
    Judgement {
        result: verdict.word(),
        verdict: verdict.line(),
        reasons: &verdict.reasons,
        coverage: Coverage {
            checks: verdict.n_checks,
            ran: verdict.n_looked(),
            not_applicable: verdict.n_not_applicable,
            could_not_look: verdict.n_could_not_look,
        },
        summary: outcome.summary(),
        counts: Counts {
            error: outcome.count(GateSeverity::Error),
            warning: outcome.count(GateSeverity::Warning),
            note: outcome.count(GateSeverity::Note),
            accepted: outcome.n_accepted(),
        },
    }
}

/// The checks that ran; explained if that is asked for.
pub fn checks(outcome: &GateOutcome, look: &Look) -> Vec<CheckInfo> {
    let info = |check: &&'static Check| CheckInfo {
        id: check.id,
        severity: check.severity,
        title: check.title(),
        explanation: look.is_explained.then(|| super::paragraphs(check).join("\n\n")),
    };
    outcome.checks.iter().map(info).collect()
}

/// All findings.
pub fn items(outcome: &GateOutcome) -> Vec<Item<'_>> {
    let numbers = causes::numbers(&outcome.findings);
    outcome.findings.iter().zip(numbers).map(|(judged, cause)| item(judged, cause)).collect()
}

fn item(judged: &Judged, cause: usize) -> Item<'_> {
    Item {
        finding: &judged.finding,
        cause,
        accepted: !judged.is_open(),
        fails: judged.fails,
        reason: judged.accepted.as_deref().unwrap_or_default(),
        key: judged.finding.key().to_string(),
    }
}

// SPDX-License-Identifier: GPL-2.0-only

//! KCIDB, the format in which kernel CI systems exchange results: a test for each check.

use serde_json::json;

use crate::gate::error::GateError;
use crate::gate::run::GateOutcome;
use crate::gate::verdict::Status;

/// Where results come from; the submitting system puts its own name here.
const ORIGIN: &str = "postlink";

/// Findings that a test's output names; the rest is counted.
const MAX_NAMED: usize = 50;

/// Renders the report. The build it belongs to is `postlink:<folder's name>`; submitters replace it by their own.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let root = std::fs::canonicalize(&outcome.inputs.root).unwrap_or_else(|_| outcome.inputs.root.clone());
    let folder = root.file_name().map_or_else(|| "build".to_owned(), |name| name.to_string_lossy().into_owned());
    let tests = outcome.checks.iter().map(|check| {
        let open: Vec<_> = outcome.findings.iter().filter(|j| j.finding.check == check.id && j.is_open()).collect();
        let named = open.iter().take(MAX_NAMED).map(|judged| {
            let finding = &judged.finding;
            json!({"kind": finding.kind, "severity": finding.severity, "subject": finding.subject, "message": finding.message})
        });
        json!({
            "id": format!("{ORIGIN}:{folder}.{}", check.id),
            "build_id": format!("{ORIGIN}:{folder}"),
            "origin": ORIGIN,
            "path": format!("postlink.gate.{}", check.id.replace('-', "_")),
            "comment": check.title(),
            "status": match outcome.status(check.id) {
                Status::Failed => "FAIL",
                Status::NotApplicable | Status::CouldNotLook => "SKIP",
                Status::Passed => "PASS",
            },
            "misc": {"verdict": outcome.verdict.line(), "skipped": outcome.why_skipped(check.id), "n_findings": open.len(), "findings": named.collect::<Vec<_>>()},
        })
    });
    let report = json!({"version": {"major": 4, "minor": 3}, "tests": tests.collect::<Vec<_>>()});
    let mut text = serde_json::to_vec_pretty(&report).map_err(|error| GateError(format!("kcidb: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

// SPDX-License-Identifier: GPL-2.0-only

//! GitLab's code quality report: what a merge request shows beside the change, an issue for each cause.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use super::causes;
use super::causes::Cause;
use crate::gate::baseline::Judged;
use crate::gate::error::GateError;
use crate::gate::finding::GateSeverity;
use crate::gate::run::GateOutcome;

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let mut n_alike: BTreeMap<String, usize> = BTreeMap::new();
    let open = causes::of(outcome.findings.iter().filter(|judged| judged.is_open()));
    let mut issues: Vec<Value> = open.iter().map(|cause| issue(cause, &mut n_alike)).collect();
    // The format has no place for a verdict; one that fails must not look like none.
    if outcome.verdict.has_failed {
        issues.push(json!({
            "description": format!("{} ({})", outcome.verdict.line(), outcome.rules.line()),
            "check_name": "verdict",
            "fingerprint": "postlink-gate-verdict",
            "severity": "blocker",
            "location": {"path": outcome.inputs.name, "lines": {"begin": 1}},
        }));
    }
    super::to_text("gitlab", &issues)
}

fn issue(cause: &Cause<'_>, n_alike: &mut BTreeMap<String, usize>) -> Value {
    let finding = cause.finding();
    let (path, line) = finding.source_line().unwrap_or((&finding.file, 1));
    // A fingerprint must be unique in the report and survive the next build.
    let key = finding.key().to_string();
    let nth = n_alike.entry(key.clone()).or_default();
    *nth += 1;
    json!({
        "description": format!("{}: {}", finding.subject, cause.message()),
        "check_name": format!("{}/{}", finding.check, finding.kind),
        "fingerprint": format!("{key} {nth}"),
        "severity": severity(cause.first),
        "location": {"path": path, "lines": {"begin": line.max(1)}},
    })
}

fn severity(judged: &Judged) -> &'static str {
    match judged.finding.severity {
        GateSeverity::Error => "critical",
        GateSeverity::Warning => "major",
        GateSeverity::Note => "info",
    }
}

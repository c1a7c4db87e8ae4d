// SPDX-License-Identifier: GPL-2.0-only

//! JUnit XML: one suite with a case for each check, whose names are the same whether they pass or fail.

use std::fmt::Write;

use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use super::causes;
use crate::gate::check::Check;
use crate::gate::error::GateError;
use crate::gate::finding::counted;
use crate::gate::run::GateOutcome;
use crate::gate::verdict::Status;

/// Causes that the text of a case names; the rest is counted.
const MAX_NAMED: usize = 100;

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let mut report = Report::new(format!("postlink gate: {}", outcome.verdict.line()));
    let mut suite = TestSuite::new("postlink-gate");
    suite.add_property(("folder", outcome.inputs.name.as_str()));
    suite.add_property(("kernel", outcome.rules.line().as_str()));
    suite.add_property(("verdict", outcome.verdict.line().as_str()));
    for check in &outcome.checks {
        let mut case = TestCase::new(check.id, status(outcome, check));
        case.set_classname("postlink.gate");
        suite.add_test_case(case);
    }
    report.add_test_suite(suite);
    let mut text = report.to_string().map_err(|error| GateError(format!("junit: {error}")))?.into_bytes();
    text.push(b'\n');
    Ok(text)
}

fn status(outcome: &GateOutcome, check: &Check) -> TestCaseStatus {
    match (outcome.status(check.id), outcome.why_skipped(check.id)) {
        (Status::Failed, why) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let (n_failing, lines) = failing(outcome, check);
            match why.filter(|_| n_failing == 0) {
                Some(why) => status.set_message(format!("required and could not look: {why}")),
                None => status.set_message(format!("{}: {}", counted(n_failing, "finding"), check.title())),
            };
            status.set_type(check.id).set_description(lines);
            status
        }
        (_, Some(why)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why.to_owned());
            status
        }
        (_, None) => TestCaseStatus::success(),
    }
}

/// Number of findings that make a case fail, and what they say.
fn failing(outcome: &GateOutcome, check: &Check) -> (usize, String) {
    let own = || outcome.findings.iter().filter(|judged| judged.fails && judged.finding.check == check.id);
    let causes = causes::of(own());
    let mut lines = String::new();
    for cause in causes.iter().take(MAX_NAMED) {
        let finding = cause.finding();
        let (place, kind) = (finding.location(), finding.kind);
        // Writing to memory does not fail.
        let _ = writeln!(lines, "{place}: {}: {} [{}/{kind}]", finding.severity, cause.told(), check.id);
        for line in finding.places().iter().chain(&finding.detail) {
            let _ = writeln!(lines, "    | {line}");
        }
    }
    if causes.len() > MAX_NAMED {
        let _ = writeln!(lines, "… and {}", counted(causes.len() - MAX_NAMED, "more cause"));
    }
    (own().count(), lines)
}

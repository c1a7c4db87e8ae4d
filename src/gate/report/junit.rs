// SPDX-License-Identifier: GPL-2.0-only

//! JUnit XML: a suite for each check; a case for each finding that fails the run, one that passes where there is none.

use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::run::GateOutcome;
use crate::gate::verdict::Status;

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let mut report = Report::new(format!("postlink gate: {}", outcome.verdict.line()));
    for check in &outcome.checks {
        let mut suite = TestSuite::new(check.id);
        let own = || outcome.findings.iter().filter(|judged| judged.finding.check == check.id);
        // What does not fail the run fails no case; notes would be thousands.
        for judged in own().filter(|judged| judged.fails) {
            suite.add_test_case(case(&judged.finding));
        }
        if suite.test_cases.is_empty() {
            let status = match (outcome.status(check.id), outcome.why_skipped(check.id)) {
                (Status::Failed, Some(why)) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(format!("required and could not look: {why}"));
                    status
                }
                (_, Some(why)) => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(why.to_owned());
                    status
                }
                (_, None) => TestCaseStatus::success(),
            };
            let mut case = TestCase::new(check.title(), status);
            case.set_classname(check.id);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let mut text = report.to_string().map_err(|error| GateError(format!("junit: {error}")))?.into_bytes();
    text.push(b'\n');
    Ok(text)
}

fn case(finding: &GateFinding) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(finding.message.clone()).set_type(format!("{}/{}", finding.check, finding.kind));
    status.set_description(finding.detail.join("\n"));
    let parts = [&finding.subject, &finding.symbol, &finding.counterpart];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    let mut case = TestCase::new(format!("{}: {}", finding.kind, parts.join(" ")), status);
    case.set_classname(finding.check);
    case
}

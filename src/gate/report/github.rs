// SPDX-License-Identifier: GPL-2.0-only

//! Annotations of GitHub Actions: a line each, which the service shows beside the change.

use std::fmt::Write;

use super::causes;
use crate::gate::finding::GateSeverity;
use crate::gate::run::GateOutcome;

/// The service shows ten annotations of a step and level; more would hide the summary.
const MAX_PER_LEVEL: usize = 10;

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> String {
    let mut out = String::new();
    for severity in [GateSeverity::Error, GateSeverity::Warning, GateSeverity::Note] {
        let open = outcome.findings.iter().filter(|j| j.is_open() && j.finding.severity == severity);
        let open = causes::of(open);
        let command = match severity {
            GateSeverity::Error => "error",
            GateSeverity::Warning => "warning",
            GateSeverity::Note => "notice",
        };
        for cause in open.iter().take(MAX_PER_LEVEL) {
            let finding = cause.finding();
            let title = property(&format!("{}/{}", finding.check, finding.kind));
            let place = match finding.source_line() {
                Some((file, line)) => format!("file={},line={line},", property(file)),
                None => String::new(),
            };
            let text = data(&format!("{}: {}", finding.subject, cause.message()));
            // Writing to memory does not fail.
            let _ = writeln!(out, "::{command} {place}title={title}::{text}");
        }
        if open.len() > MAX_PER_LEVEL {
            let _ = writeln!(
                out,
                "::{command} title=postlink gate::{} more findings of this level",
                open.len() - MAX_PER_LEVEL
            );
        }
    }
    not_checked(&mut out, outcome);
    let _ = writeln!(out, "postlink gate: {}", outcome.rules.line());
    let _ = writeln!(out, "postlink gate: {}; {} accepted", outcome.verdict.line(), outcome.n_accepted());
    out
}

/// What could not be checked: a notice for files that are not there and one for checks, however many there are, so that they do
/// not use up what the service shows.
fn not_checked(out: &mut String, outcome: &GateOutcome) {
    let skipped: Vec<String> =
        outcome.skipped.iter().map(|skipped| format!("{}: {}", skipped.check, skipped.why)).collect();
    for (title, lines) in [("not there", &outcome.inputs.missing), ("checks skipped", &skipped)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "::notice title=postlink gate%3A {title}::{}", data(&lines.join("\n")));
        }
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_takes_apart_is_escaped() {
        assert_eq!(data("50%\nnext: a,b"), "50%25%0Anext: a,b");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}

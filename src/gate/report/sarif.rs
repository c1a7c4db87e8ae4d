// SPDX-License-Identifier: GPL-2.0-only

//! SARIF 2.1.0: a rule for each check, a result for each finding, suppressed where a baseline accepts it.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::ArtifactLocation;
use serde_sarif::sarif::Invocation;
use serde_sarif::sarif::Location;
use serde_sarif::sarif::LogicalLocation;
use serde_sarif::sarif::Message;
use serde_sarif::sarif::MultiformatMessageString;
use serde_sarif::sarif::Notification;
use serde_sarif::sarif::PhysicalLocation;
use serde_sarif::sarif::Region;
use serde_sarif::sarif::ReportingConfiguration;
use serde_sarif::sarif::ReportingDescriptor;
use serde_sarif::sarif::ReportingDescriptorReference;
use serde_sarif::sarif::Result as SarifResult;
use serde_sarif::sarif::ResultLevel;
use serde_sarif::sarif::Run;
use serde_sarif::sarif::Sarif;
use serde_sarif::sarif::Suppression;
use serde_sarif::sarif::Tool;
use serde_sarif::sarif::ToolComponent;

use super::paragraphs;
use crate::gate::baseline::Judged;
use crate::gate::check::Check;
use crate::gate::error::GateError;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::run::GateOutcome;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> Result<Vec<u8>, GateError> {
    let driver = ToolComponent::builder()
        .name("postlink gate")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(outcome.checks.iter().map(|check| rule(check)).collect::<Vec<_>>())
        .build();
    // The address is the package's, and an empty one is none.
    let address = Some(env!("CARGO_PKG_HOMEPAGE")).filter(|address| !address.is_empty());
    let driver = ToolComponent { information_uri: address.map(str::to_owned), ..driver };
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(outcome)])
        .results(outcome.findings.iter().map(result).collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    let mut text = serde_json::to_vec_pretty(&sarif).map_err(|error| GateError(format!("sarif: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

/// How the run went: whether it could look at everything, and what it could not look at.
fn invocation(outcome: &GateOutcome) -> Invocation {
    let missing = outcome.inputs.missing.iter().map(|text| notification("missing", format!("not there: {text}")));
    let skipped = outcome.skipped.iter().map(|skipped| {
        let rule = ReportingDescriptorReference::builder().id(skipped.check).build();
        let text = format!("{} was skipped: {}", skipped.check, skipped.why);
        Notification { associated_rule: Some(rule), ..notification("skipped", text) }
    });
    let rules = notification("rules", outcome.rules.line());
    // A run that cannot do its work writes no report.
    Invocation::builder()
        .execution_successful(true)
        .exit_code(i64::from(outcome.verdict.has_failed))
        .exit_code_description(outcome.verdict.line())
        .tool_execution_notifications(std::iter::once(rules).chain(missing).chain(skipped).collect::<Vec<_>>())
        .build()
}

fn notification(id: &str, text: String) -> Notification {
    Notification::builder()
        .level(json!("note"))
        .descriptor(ReportingDescriptorReference::builder().id(id).build())
        .message(Message::builder().text(text).build())
        .build()
}

fn rule(check: &Check) -> ReportingDescriptor {
    let text = |text: String| MultiformatMessageString::builder().text(text).build();
    let level = match check.severity {
        GateSeverity::Error => "error",
        GateSeverity::Warning => "warning",
        GateSeverity::Note => "note",
    };
    ReportingDescriptor::builder()
        .id(check.id)
        .short_description(text(check.title().to_owned()))
        .full_description(text(paragraphs(check).join("\n\n")))
        .help(help(check))
        .default_configuration(ReportingConfiguration::builder().level(json!(level)).build())
        .build()
}

/// Cause and remedy, and how to ask for more.
fn help(check: &Check) -> MultiformatMessageString {
    let mut lines: Vec<String> = paragraphs(check).into_iter().skip(1).collect();
    lines.push(format!("More: `postlink explain {}`", check.id));
    let text = lines.join("\n\n");
    MultiformatMessageString::builder().text(text.replace('`', "'")).markdown(text).build()
}

fn result(judged: &Judged) -> SarifResult {
    let finding = &judged.finding;
    let level = match finding.severity {
        GateSeverity::Error => ResultLevel::Error,
        GateSeverity::Warning => ResultLevel::Warning,
        GateSeverity::Note => ResultLevel::Note,
    };
    let suppressions = judged
        .accepted
        .iter()
        .map(|reason| Suppression::builder().kind(json!("external")).justification(reason.clone()).build());
    SarifResult::builder()
        .rule_id(finding.check)
        .level(level)
        .message(Message::builder().text(message(finding)).build())
        .locations(vec![location(finding)])
        .partial_fingerprints(BTreeMap::from([("gateKey/v2".to_owned(), finding.key().to_string())]))
        .suppressions(suppressions.collect::<Vec<_>>())
        .build()
}

fn message(finding: &GateFinding) -> String {
    let mut text = format!("{}: {}", finding.subject, finding.message);
    for line in &finding.detail {
        text.push('\n');
        text.push_str(line);
    }
    text
}

/// The source line if it is known, else the object; the symbol as a logical location.
fn location(finding: &GateFinding) -> Location {
    let artifact = |file: &str| ArtifactLocation::builder().uri(uri(file)).build();
    let physical = match finding.source_line() {
        Some((file, line)) => PhysicalLocation::builder()
            .artifact_location(artifact(file))
            .region(Region::builder().start_line(i64::from(line.max(1))).build())
            .build(),
        None => PhysicalLocation::builder().artifact_location(artifact(&finding.file)).build(),
    };
    if finding.symbol.is_empty() {
        return Location::builder().physical_location(physical).build();
    }
    let symbol = LogicalLocation::builder().name(finding.symbol.clone()).kind("function").build();
    Location::builder().physical_location(physical).logical_locations(vec![symbol]).build()
}

/// A path as a relative reference: what has a meaning in an URI is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b'+' | b',' | b'@' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("a/b c#1.o"), "a/b%20c%231.o");
        assert_eq!(uri("x:y/\u{e9}.ko"), "x%3Ay/%C3%A9.ko");
    }
}

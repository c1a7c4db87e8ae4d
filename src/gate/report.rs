// SPDX-License-Identifier: GPL-2.0-only

//! Reports: the same outcome in the formats that people and services read.

mod causes;
mod github;
mod gitlab;
mod html;
mod json;
mod jsonl;
mod junit;
mod kcidb;
mod sarif;
mod text;

use super::error::GateError;
use super::run::GateOutcome;

/// JSON Schema of the JSON report.
pub const SCHEMA: &str = include_str!("report/schema.json");

/// A report's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For a terminal or a log.
    Text,
    /// Everything, by the schema that `postlink gate --schema` prints.
    Json,
    /// The same, a line for each finding, to be read while it grows.
    Jsonl,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
    /// JUnit XML: a case for each check.
    Junit,
    /// KCIDB 5.3: a test for each check.
    Kcidb,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report: an issue for each cause.
    Gitlab,
    /// One page for people, complete in itself.
    Html,
}

/// How much a text report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ReportDetail {
    /// The verdict.
    Verdict,
    /// Errors and warnings, some notes, what could not look, a table and the verdict.
    #[default]
    Usual,
    /// All notes, and all objects of a cause.
    All,
}

/// What a report is asked to show, beside what it always does.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Text: how much.
    pub detail: ReportDetail,
    /// Text: with colours.
    pub has_colour: bool,
    /// Text: with the line for a baseline.
    pub has_keys: bool,
    /// JSON: with the explanation of each check.
    pub is_explained: bool,
    /// KCIDB: the system that submits; `postlink` without.
    pub origin: Option<String>,
    /// KCIDB: the build, as `origin:id`; by release, configuration and time without.
    pub build_id: Option<String>,
}

/// The report of an outcome.
pub fn render(outcome: &GateOutcome, format: ReportFormat, look: &Look) -> Result<Vec<u8>, GateError> {
    match format {
        ReportFormat::Text => Ok(text::render(outcome, look).into_bytes()),
        ReportFormat::Json => json::render(outcome, look),
        ReportFormat::Jsonl => jsonl::render(outcome, look),
        ReportFormat::Sarif => sarif::render(outcome),
        ReportFormat::Junit => junit::render(outcome),
        ReportFormat::Kcidb => kcidb::render(outcome, look),
        ReportFormat::Github => Ok(github::render(outcome).into_bytes()),
        ReportFormat::Gitlab => gitlab::render(outcome),
        ReportFormat::Html => html::render(outcome),
    }
}

/// JSON as text that ends with a line break.
fn to_text(format: &str, value: &impl serde::Serialize) -> Result<Vec<u8>, GateError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| GateError(format!("{format}: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

/// A check's explanation as paragraphs without line breaks.
pub fn paragraphs(check: &super::check::Check) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut is_new = true;
    for line in check.explanation.iter().map(|line| line.trim()) {
        match paragraphs.last_mut() {
            _ if line.is_empty() => is_new = true,
            Some(last) if !is_new => {
                last.push(' ');
                last.push_str(line);
            }
            _ => {
                paragraphs.push(line.to_owned());
                is_new = false;
            }
        }
    }
    paragraphs
}

/// All checks with the first sentence of each, and their own kinds of findings, for `postlink explain`.
pub fn list() -> String {
    let mut list = "\ngate, checks and their findings as check/kind:\n".to_owned();
    for check in super::checks::ALL {
        list.push_str(&format!("{}  {}\n", check.id, check.title()));
        for (_, kind, sentence) in super::kinds::KINDS.iter().filter(|(id, ..)| *id == check.id) {
            list.push_str(&format!("  {}/{kind}  {sentence}\n", check.id));
        }
    }
    list
}

/// A check's explanation, for `postlink explain`.
pub fn explain(id: &str) -> String {
    let Some(check) = super::checks::by_id(id) else { return String::new() };
    let lines = check.explanation.iter().map(|line| format!("    {}", line.trim()).trim_end().to_owned() + "\n");
    format!("{id}\n\n{}", lines.collect::<String>())
}

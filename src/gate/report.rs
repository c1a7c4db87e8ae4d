// SPDX-License-Identifier: GPL-2.0-only

//! Reports: the same outcome in the formats that people and services read.

mod github;
mod html;
mod json;
mod junit;
mod kcidb;
mod sarif;
mod text;

use super::error::GateError;
use super::run::GateOutcome;

/// A report's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal or a log.
    Text,
    /// Everything, by the schema in `src/gate/report/schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
    /// JUnit XML: a suite for each check, a case for each finding.
    Junit,
    /// KCIDB 4: a test for each check.
    Kcidb,
    /// Annotations of GitHub Actions.
    Github,
    /// One page for people, complete in itself.
    Html,
}

/// The report of an outcome.
pub fn render(outcome: &GateOutcome, format: Format) -> Result<Vec<u8>, GateError> {
    match format {
        Format::Text => Ok(text::render(outcome).into_bytes()),
        Format::Json => json::render(outcome),
        Format::Sarif => sarif::render(outcome),
        Format::Junit => junit::render(outcome),
        Format::Kcidb => kcidb::render(outcome),
        Format::Github => Ok(github::render(outcome).into_bytes()),
        Format::Html => html::render(outcome),
    }
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

/// All checks with the first sentence of each, for `postlink explain`.
pub fn list() -> String {
    let width = super::checks::ALL.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let lines = super::checks::ALL.iter().map(|check| format!("{:width$}  {}\n", check.id, check.title()));
    format!("\nChecks of the gate:\n{}", lines.collect::<String>())
}

/// A check's explanation, for `postlink explain`.
pub fn explain(id: &str) -> String {
    let Some(check) = super::checks::by_id(id) else { return String::new() };
    let lines = check.explanation.iter().map(|line| format!("    {}", line.trim()).trim_end().to_owned() + "\n");
    format!("{id}\n\n{}", lines.collect::<String>())
}

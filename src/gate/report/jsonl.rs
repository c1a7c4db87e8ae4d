// SPDX-License-Identifier: GPL-2.0-only

//! JSON lines: what the JSON report has, an object in each line, whose `type` says which part it is.

use serde::Serialize;

use super::Look;
use super::json;
use crate::gate::error::GateError;
use crate::gate::run::GateOutcome;

#[derive(Serialize)]
struct Line<T> {
    r#type: &'static str,
    #[serde(flatten)]
    part: T,
}

#[derive(Serialize)]
struct Gone {
    line: String,
}

/// Renders the report: `run`, then `check`, `skipped`, `finding` and `gone` as many as there are, then `verdict`.
pub fn render(outcome: &GateOutcome, look: &Look) -> Result<Vec<u8>, GateError> {
    let mut out = Vec::new();
    push(&mut out, "run", json::run_info(outcome))?;
    for check in json::checks(outcome, look) {
        push(&mut out, "check", check)?;
    }
    for skipped in &outcome.skipped {
        push(&mut out, "skipped", skipped)?;
    }
    for item in json::items(outcome) {
        push(&mut out, "finding", item)?;
    }
    for entry in &outcome.gone {
        push(&mut out, "gone", Gone { line: entry.to_string() })?;
    }
    push(&mut out, "verdict", json::judgement(outcome))?;
    Ok(out)
}

fn push(out: &mut Vec<u8>, r#type: &'static str, part: impl Serialize) -> Result<(), GateError> {
    let line = Line { r#type, part };
    serde_json::to_writer(&mut *out, &line).map_err(|error| GateError(format!("jsonl: {error}")))?;
    out.push(b'\n');
    Ok(())
}

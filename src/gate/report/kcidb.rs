// SPDX-License-Identifier: GPL-2.0-only

//! KCIDB, the format in which kernel CI systems exchange results: a test for each check.
//!
//! By the schema of kcidb-io 5.3, which the service's consumers validate with; it allows no value to be null.

use std::time::UNIX_EPOCH;

use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;

use super::Look;
use super::causes;
use crate::gate::check::Check;
use crate::gate::error::GateError;
use crate::gate::run::GateOutcome;
use crate::gate::verdict::Status;

/// Where results come from, if nothing else is said.
const ORIGIN: &str = "postlink";

/// Causes that a test's output names; the rest is counted.
const MAX_NAMED: usize = 50;

/// Digits of the configuration's digest that an identifier has.
const DIGEST_LEN: usize = 12;

/// Renders the report.
pub fn render(outcome: &GateOutcome, look: &Look) -> Result<Vec<u8>, GateError> {
    let (origin, build_id) = identity(outcome, look)?;
    let tests: Vec<Value> = outcome.checks.iter().map(|check| test(outcome, check, &origin, &build_id)).collect();
    super::to_text("kcidb", &json!({"version": {"major": 5, "minor": 3}, "tests": tests}))
}

fn test(outcome: &GateOutcome, check: &Check, origin: &str, build_id: &str) -> Value {
    let open = || outcome.findings.iter().filter(|judged| judged.finding.check == check.id && judged.is_open());
    let named = causes::of(open()).into_iter().take(MAX_NAMED).map(|cause| {
        let finding = cause.finding();
        json!({
            "kind": finding.kind, "severity": finding.severity, "subject": finding.subject, "message": cause.message(),
        })
    });
    let mut misc = json!({
        "verdict": outcome.verdict.line(),
        "kernel": outcome.rules.line(),
        "n_findings": open().count(),
        "findings": named.collect::<Vec<_>>(),
    });
    if let (Some(why), Some(misc)) = (outcome.why_skipped(check.id), misc.as_object_mut()) {
        misc.insert("skipped".to_owned(), why.into());
    }
    let (_, build) = build_id.split_once(':').unwrap_or_default();
    json!({
        "id": format!("{origin}:{build}.{}", check.id),
        "build_id": build_id,
        "origin": origin,
        "path": format!("postlink.gate.{}", check.id.replace('-', "_")),
        "comment": check.title(),
        "status": match outcome.status(check.id) {
            Status::Failed => "FAIL",
            Status::NotApplicable => "SKIP",
            // The schema's word for what could not be run for want of something.
            Status::CouldNotLook => "MISS",
            Status::Passed => "PASS",
        },
        "misc": misc,
    })
}

/// The submitting system and the build: as asked for, else of release, configuration and the time when it was built, so that
/// another build is another one and the same build the same one.
fn identity(outcome: &GateOutcome, look: &Look) -> Result<(String, String), GateError> {
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let of_build = look.build_id.as_deref().and_then(|id| id.split_once(':'));
    if look.build_id.is_some() && of_build.is_none_or(|(origin, id)| !is_word(origin) || id.is_empty()) {
        return Err(GateError("--build-id is ORIGIN:ID, the origin of a-z, 0-9 and _".to_owned()));
    }
    let origin = look.origin.as_deref().or(of_build.map(|(origin, _)| origin)).unwrap_or(ORIGIN);
    if !is_word(origin) {
        return Err(GateError("--origin is a word of a-z, 0-9 and _".to_owned()));
    }
    let build_id = look.build_id.clone().unwrap_or_else(|| format!("{origin}:{}", fingerprint(outcome)));
    Ok((origin.to_owned(), build_id))
}

fn fingerprint(outcome: &GateOutcome) -> String {
    let mut digest = Sha256::new();
    for (name, value) in outcome.inputs.config.iter() {
        digest.update(format!("{name}={value}\n"));
    }
    let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let times = outcome.inputs.objects.iter().filter_map(|object| object.path.metadata().ok()?.modified().ok());
    let newest = times.filter_map(|time| time.duration_since(UNIX_EPOCH).ok()).max().unwrap_or_default();
    let release = outcome.rules.release.as_deref().unwrap_or(outcome.rules.series);
    let release = release.replace(|c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c), "_");
    format!("{release}-{}-{}", digest.get(..DIGEST_LEN).unwrap_or_default(), newest.as_millis())
}

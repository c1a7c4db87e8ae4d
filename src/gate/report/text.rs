//! The report for terminals and logs.

use std::fmt::Write;

use crate::gate::baseline::Judged;
use crate::gate::finding::Severity;
use crate::gate::run::Outcome;

/// Notes of one check that are shown; the others are counted. Errors and warnings are all shown.
const MAX_NOTES: usize = 5;

/// Renders the report.
pub fn render(outcome: &Outcome) -> String {
    let mut out = String::new();
    // Writing to memory does not fail.
    let _ = head(&mut out, outcome);
    let _ = findings(&mut out, outcome);
    let _ = verdict(&mut out, outcome);
    out
}

fn head(out: &mut String, outcome: &Outcome) -> std::fmt::Result {
    let inputs = &outcome.inputs;
    let series = inputs.selection.series.name();
    writeln!(out, "gate: {} (series {series}: {})", inputs.root.display(), inputs.selection.chosen_by)?;
    if !inputs.found.is_empty() {
        writeln!(out, "found: {}", inputs.found.join(", "))?;
    }
    for missing in &inputs.missing {
        writeln!(out, "not there: {missing}")?;
    }
    for skipped in &outcome.skipped {
        writeln!(out, "skipped: {}: {}", skipped.check, skipped.why)?;
    }
    Ok(())
}

fn findings(out: &mut String, outcome: &Outcome) -> std::fmt::Result {
    for check in &outcome.checks {
        let open: Vec<&Judged> =
            outcome.findings.iter().filter(|j| j.finding.check == check.id && j.is_open()).collect();
        if open.is_empty() {
            continue;
        }
        writeln!(out, "\n{}: {}", check.id, check.title())?;
        let (notes, grave): (Vec<&Judged>, Vec<&Judged>) =
            open.into_iter().partition(|judged| judged.finding.severity == Severity::Note);
        for judged in grave.iter().chain(notes.iter().take(MAX_NOTES)) {
            finding(out, judged)?;
        }
        if notes.len() > MAX_NOTES {
            writeln!(out, "  … and {} more notes", notes.len() - MAX_NOTES)?;
        }
    }
    for entry in &outcome.gone {
        writeln!(out, "gone: {entry}")?;
    }
    Ok(())
}

fn finding(out: &mut String, judged: &Judged) -> std::fmt::Result {
    let finding = &judged.finding;
    writeln!(out, "  {} [{}] {}: {}", finding.severity, finding.kind, finding.subject, finding.message)?;
    let places = [&finding.unit, &finding.source].into_iter().filter(|place| !place.is_empty());
    let places: Vec<&str> = places.map(String::as_str).collect();
    if !places.is_empty() {
        writeln!(out, "      in {}", places.join(", "))?;
    }
    // Of a note the place says enough; the page has the rest.
    for line in finding.detail.iter().filter(|_| finding.severity > Severity::Note) {
        writeln!(out, "      {line}")?;
    }
    Ok(())
}

fn verdict(out: &mut String, outcome: &Outcome) -> std::fmt::Result {
    let count = |severity| outcome.count(severity);
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    write!(out, "\n{errors} errors, {warnings} warnings, {notes} notes")?;
    if outcome.n_accepted() > 0 {
        write!(out, "; {} accepted by the baseline", outcome.n_accepted())?;
    }
    if !outcome.gone.is_empty() {
        write!(out, "; {} of the baseline are gone", outcome.gone.len())?;
    }
    writeln!(out)?;
    if let Some(updated) = &outcome.updated {
        let (path, added, removed) = (updated.path.display(), updated.added, updated.removed);
        writeln!(out, "{path}: {added} lines added, {removed} removed")?;
    }
    writeln!(out, "{}", if outcome.has_failed { "FAIL (postlink explain <check> says more)" } else { "PASS" })
}

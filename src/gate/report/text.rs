// SPDX-License-Identifier: GPL-2.0-only

//! The report for terminals and logs.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::gate::baseline::Judged;
use crate::gate::finding::Key;
use crate::gate::finding::Severity;
use crate::gate::finding::counted;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;
use crate::gate::verdict::Status;

/// Notes of one check that are shown; the others are counted. Errors and warnings are all shown.
const MAX_NOTES: usize = 5;

/// A finding of as many objects or more is told once.
const MANY_OBJECTS: usize = 3;

/// Objects that are named then.
const MAX_NAMED: usize = 8;

/// Renders the report.
pub fn render(outcome: &GateOutcome) -> String {
    let mut out = String::new();
    // Writing to memory does not fail.
    let _ = head(&mut out, outcome);
    let _ = findings(&mut out, outcome);
    let _ = summary(&mut out, outcome);
    let _ = verdict(&mut out, outcome);
    out
}

fn head(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    let inputs = &outcome.inputs;
    let rules = &outcome.rules;
    writeln!(out, "gate: {} (series {}: {})", inputs.name, rules.series, rules.chosen_by)?;
    writeln!(out, "rules: {}", rules.text)?;
    if !inputs.found.is_empty() {
        writeln!(out, "found: {}", inputs.found.join(", "))?;
    }
    for missing in &inputs.missing {
        writeln!(out, "not there: {missing}")?;
    }
    for skipped in &outcome.skipped {
        let what = if skipped.is_applicable { "could not look" } else { "not for this build" };
        writeln!(out, "{what}: {}: {}", skipped.check, skipped.why)?;
    }
    Ok(())
}

fn findings(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    for check in &outcome.checks {
        let open: Vec<&Judged> =
            outcome.findings.iter().filter(|j| j.finding.check == check.id && j.is_open()).collect();
        if open.is_empty() {
            continue;
        }
        writeln!(out, "\n{}: {}", check.id, check.title())?;
        let (notes, grave): (Vec<&Judged>, Vec<&Judged>) =
            open.into_iter().partition(|judged| judged.finding.severity == Severity::Note);
        for group in by_cause(&grave) {
            findings_of_cause(out, &group)?;
        }
        for judged in notes.iter().take(MAX_NOTES) {
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

/// Findings that differ in the object alone, in the order of the first ones; others stand for themselves.
fn by_cause<'a>(findings: &[&'a Judged]) -> Vec<Vec<&'a Judged>> {
    let mut groups: Vec<Vec<&Judged>> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for judged in findings {
        let key = Key { subject: String::new(), ..judged.finding.key() };
        let nth = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(nth) {
            Some(group) => group.push(judged),
            None => groups.push(vec![judged]),
        }
    }
    groups
}

/// One finding for many objects, if there are many.
fn findings_of_cause(out: &mut String, group: &[&Judged]) -> std::fmt::Result {
    let subjects: BTreeSet<&str> = group.iter().map(|judged| judged.finding.subject.as_str()).collect();
    let (Some(first), true) = (group.first(), subjects.len() >= MANY_OBJECTS) else {
        return group.iter().try_for_each(|judged| finding(out, judged));
    };
    finding(out, first)?;
    let others: Vec<&str> = subjects.iter().copied().filter(|subject| *subject != first.finding.subject).collect();
    let named: Vec<&str> = others.iter().copied().take(MAX_NAMED).collect();
    let rest = if others.len() > named.len() { ", … (all in the JSON report)" } else { "" };
    writeln!(out, "      and in {}: {}{rest}", counted(others.len(), "more object"), named.join(", "))
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

/// What each check came to, as far as there is something to say.
fn summary(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    let rows: Vec<SummaryRow> = outcome.summary().into_iter().filter(|row| !row.is_clean()).collect();
    let width = rows.iter().map(|row| row.check.len()).max().unwrap_or(0).max("check".len());
    if !rows.is_empty() {
        writeln!(out, "\n{:width$}  errors  warnings  notes  accepted", "check")?;
    }
    for row in &rows {
        let SummaryRow { check, errors, warnings, notes, accepted, status } = row;
        let status = match status {
            Status::NotApplicable => "  not for this build",
            Status::CouldNotLook => "  could not look",
            Status::Failed if outcome.why_skipped(check).is_some() => "  could not look, and is required",
            Status::Failed | Status::Passed => "",
        };
        writeln!(out, "{check:width$}  {errors:6}  {warnings:8}  {notes:5}  {accepted:8}{status}")?;
    }
    Ok(())
}

fn verdict(out: &mut String, outcome: &GateOutcome) -> std::fmt::Result {
    let count = |severity, noun| counted(outcome.count(severity), noun);
    let (errors, warnings) = (count(Severity::Error, "error"), count(Severity::Warning, "warning"));
    write!(out, "\n{errors}, {warnings}, {}", count(Severity::Note, "note"))?;
    if outcome.n_accepted() > 0 {
        write!(out, "; {} accepted by the baseline", outcome.n_accepted())?;
    }
    if !outcome.gone.is_empty() {
        let are = if outcome.gone.len() == 1 { "is" } else { "are" };
        write!(out, "; {} of the baseline {are} gone", counted(outcome.gone.len(), "line"))?;
    }
    writeln!(out)?;
    if let Some(updated) = &outcome.updated {
        let (path, added, removed) = (updated.path.display(), counted(updated.added, "line"), updated.removed);
        writeln!(out, "{path}: {added} added, {removed} removed")?;
    }
    if outcome.verdict.has_failed {
        writeln!(out, "postlink explain <check> says more")?;
    }
    writeln!(out, "{}", outcome.verdict.line())
}

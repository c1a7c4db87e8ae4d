// SPDX-License-Identifier: GPL-2.0-only

//! The report for terminals and logs. Findings are lines as compilers print them, so that editors find their way.

use std::fmt::Display;
use std::fmt::Write;

use anstyle::AnsiColor;
use anstyle::Style;

use super::Look;
use super::ReportDetail;
use super::causes;
use super::causes::Cause;
use crate::gate::coverage::Skipped;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::counted;
use crate::gate::plain::at_line_start;
use crate::gate::run::GateOutcome;
use crate::gate::run::SummaryRow;
use crate::gate::verdict::Status;

/// Notes of one check that are shown; the others are counted. Errors and warnings are all shown.
const MAX_NOTES: usize = 5;

/// Objects of a cause that are named.
const MAX_NAMED: usize = 8;

/// Kinds that the last line but one explains.
const MAX_EXPLAINED: usize = 3;

/// Renders the report.
pub fn render(outcome: &GateOutcome, look: &Look) -> String {
    let mut text = Text { out: String::new(), look, kinds: Vec::new() };
    // Writing to memory does not fail.
    if look.detail != ReportDetail::Verdict {
        let _ = text.head(outcome);
        let _ = text.findings(outcome);
        let _ = text.summary(outcome);
        let _ = text.counts(outcome);
    }
    let _ = text.verdict(outcome);
    text.out
}

struct Text<'a> {
    out: String,
    look: &'a Look,
    /// What was shown, as `check/kind`, gravest first.
    kinds: Vec<(GateSeverity, String)>,
}

/// Text in a style, or as it is.
struct Styled<T>(Option<Style>, T);

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(style) => write!(f, "{style}{}{style:#}", self.1),
            None => self.1.fmt(f),
        }
    }
}

const BOLD: Style = Style::new().bold();

fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(colour.into()))
}

fn style_of(severity: GateSeverity) -> Style {
    match severity {
        GateSeverity::Error => coloured(AnsiColor::Red).bold(),
        GateSeverity::Warning => coloured(AnsiColor::Yellow).bold(),
        GateSeverity::Note => coloured(AnsiColor::Cyan),
    }
}

impl Text<'_> {
    fn styled<T: Display>(&self, style: Style, what: T) -> Styled<T> {
        Styled(self.look.has_colour.then_some(style), what)
    }

    fn head(&mut self, outcome: &GateOutcome) -> std::fmt::Result {
        let (inputs, rules) = (&outcome.inputs, &outcome.rules);
        writeln!(self.out, "gate: {} (series {}: {})", inputs.name, rules.series, rules.chosen_by)?;
        writeln!(self.out, "rules: {}", rules.text)?;
        if !inputs.found.is_empty() {
            writeln!(self.out, "found: {}", inputs.found.join(", "))?;
        }
        for missing in &inputs.missing {
            writeln!(self.out, "not there: {missing}")?;
        }
        for skipped in by_reason(&outcome.skipped) {
            let names: Vec<&str> = skipped.iter().map(|skipped| skipped.check).collect();
            let Some(first) = skipped.first() else { continue };
            let what = match first.is_applicable {
                true => self.styled(coloured(AnsiColor::Yellow), "could not look"),
                false => self.styled(Style::new(), "not for this build"),
            };
            let line = format!("{what}: {}: {}", names.join(", "), first.why);
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    fn findings(&mut self, outcome: &GateOutcome) -> std::fmt::Result {
        for check in &outcome.checks {
            let open = || outcome.findings.iter().filter(|j| j.finding.check == check.id && j.is_open());
            if open().next().is_none() {
                continue;
            }
            let title = self.styled(BOLD, check.id).to_string();
            writeln!(self.out, "\n{title}: {}", check.title())?;
            let (notes, grave): (Vec<Cause>, Vec<Cause>) =
                causes::of(open()).into_iter().partition(|cause| cause.finding().severity == GateSeverity::Note);
            let most = if self.look.detail == ReportDetail::All { usize::MAX } else { MAX_NOTES };
            for cause in grave.iter().chain(notes.iter().take(most)) {
                self.cause(cause)?;
            }
            if notes.len() > most {
                writeln!(self.out, "… and {} (-v shows all)", counted(notes.len() - most, "more note"))?;
            }
        }
        for entry in &outcome.gone {
            writeln!(self.out, "gone: {entry}")?;
        }
        Ok(())
    }

    fn cause(&mut self, cause: &Cause<'_>) -> std::fmt::Result {
        let finding = cause.finding();
        let kind = format!("{}/{}", finding.check, finding.kind);
        let place = self.styled(BOLD, at_line_start(&finding.location())).to_string();
        let severity = self.styled(style_of(finding.severity), finding.severity).to_string();
        writeln!(self.out, "{place}: {severity}: {} [{kind}]", finding.told())?;
        if !self.kinds.iter().any(|(_, known)| *known == kind) {
            self.kinds.push((finding.severity, kind));
        }
        let mut lines = finding.places();
        // Of a note the place says enough; the page has the rest.
        if finding.severity > GateSeverity::Note || self.look.detail == ReportDetail::All {
            lines.extend(finding.detail.iter().cloned());
        }
        if self.look.has_keys {
            lines.extend(cause.all.iter().map(|judged| format!("key: {}", judged.finding.key())));
        }
        let others = cause.others();
        if !others.is_empty() {
            let most = if self.look.detail == ReportDetail::All { usize::MAX } else { MAX_NAMED };
            let named: Vec<&str> = others.iter().copied().take(most).collect();
            let rest = if others.len() > named.len() { ", … (all in the JSON report)" } else { "" };
            lines.push(format!("and in {}: {}{rest}", counted(others.len(), "more object"), named.join(", ")));
        }
        // What begins a line is ours: services look there for commands.
        lines.iter().try_for_each(|line| writeln!(self.out, "    | {line}"))
    }

    /// What each check came to, as far as there is something to say.
    fn summary(&mut self, outcome: &GateOutcome) -> std::fmt::Result {
        let rows: Vec<SummaryRow> = outcome.summary().into_iter().filter(|row| !row.is_clean()).collect();
        let width = rows.iter().map(|row| row.check.len()).max().unwrap_or(0).max("check".len());
        if !rows.is_empty() {
            writeln!(self.out, "\n{:width$}  errors  warnings  notes  accepted", "check")?;
        }
        for row in &rows {
            let SummaryRow { check, errors, warnings, notes, accepted, status } = row;
            let status = match status {
                Status::NotApplicable => "  not for this build",
                Status::CouldNotLook => "  could not look",
                Status::Failed if outcome.why_skipped(check).is_some() => "  could not look, and is required",
                Status::Failed | Status::Passed => "",
            };
            writeln!(self.out, "{check:width$}  {errors:6}  {warnings:8}  {notes:5}  {accepted:8}{status}")?;
        }
        Ok(())
    }

    fn counts(&mut self, outcome: &GateOutcome) -> std::fmt::Result {
        let out = &mut self.out;
        let count = |severity, noun| counted(outcome.count(severity), noun);
        let (errors, warnings) = (count(GateSeverity::Error, "error"), count(GateSeverity::Warning, "warning"));
        write!(out, "\n{errors}, {warnings}, {}", count(GateSeverity::Note, "note"))?;
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
        self.kinds.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        let kinds: Vec<&str> = self.kinds.iter().take(MAX_EXPLAINED).map(|(_, kind)| kind.as_str()).collect();
        if !kinds.is_empty() {
            writeln!(self.out, "explained by: postlink explain {}", kinds.join(" "))?;
        }
        Ok(())
    }

    fn verdict(&mut self, outcome: &GateOutcome) -> std::fmt::Result {
        let verdict = &outcome.verdict;
        let colour = match (verdict.has_failed, verdict.n_could_not_look) {
            (true, _) => AnsiColor::Red,
            (false, 0) => AnsiColor::Green,
            // What was not looked at is not clean.
            (false, _) => AnsiColor::Yellow,
        };
        let line = self.styled(coloured(colour).bold(), verdict.line()).to_string();
        writeln!(self.out, "{line}")
    }
}

/// Checks that could not look, together where the reason is the same.
fn by_reason(skipped: &[Skipped]) -> Vec<Vec<&Skipped>> {
    let mut groups: Vec<Vec<&Skipped>> = Vec::new();
    for one in skipped {
        let is_same = |group: &&mut Vec<&Skipped>| {
            group.first().is_some_and(|first| first.why == one.why && first.is_applicable == one.is_applicable)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}
